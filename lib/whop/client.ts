import Whop from "@whop/sdk";
import { z } from "zod";
import type { Logger } from "@/lib/log";
import { type Attempt, readFromWhop, unavailable } from "./call";
import { isWhopId } from "./ids";
import { accessReply, authorizedUsersReply, companyReply, experienceReply, userReply } from "./replies";

/** The version of Whop's API that the replies are written for; later ones reshape memberships. */
const API_VERSION = "2026-07-20";
const DEFAULT_TIMEOUT_MS = 3_000;

export type AccessLevel = "no_access" | "customer" | "admin";

export interface WhopExperience {
  id: string;
  name: string;
  companyId: string;
  companyTitle: string;
}

export interface WhopUser {
  id: string;
  username: string;
  /** The display name; the username where there is none. */
  name: string;
  pictureUrl: string | null;
}

export interface WhopCompany {
  id: string;
  title: string;
}

/**
 * What WEE5 asks of Whop. Every function throws AppError "unavailable" when Whop is late, down, busy (`retryAfterSeconds`) or
 * answers something other than it should; null means that there is no such thing, or none that we may see.
 */
export interface WhopClient {
  retrieveExperience(experienceId: string): Promise<WhopExperience | null>;
  retrieveUser(userId: string): Promise<WhopUser | null>;
  retrieveCompany(companyId: string): Promise<WhopCompany | null>;
  /** `resourceId` is a company or an experience. */
  checkAccess(resourceId: string, userId: string): Promise<{ hasAccess: boolean; accessLevel: AccessLevel }>;
  /** The user's role in the company's team in Whop's words ("owner", "moderator", …), null when in none or unreadable. */
  listAuthorizedUsers(companyId: string, userId: string): Promise<string | null>;
  /** Resolves when Whop answers and accepts our key. */
  ping(): Promise<void>;
}

export interface WhopClientOptions {
  apiKey: string;
  appId: string;
  /** With the path of the version: https://api.whop.com/api/v1 */
  baseUrl: string;
  log: Pick<Logger, "warn">;
  /** For a whole call, retries included; 3,000 by default and never more than 5,000. */
  timeoutMs?: number;
}

/** The only module that knows Whop's SDK, so that another SDK or version is a change here alone. */
export function createWhopClient(options: WhopClientOptions): WhopClient {
  const sdk = createSdk(options);
  const read = readerOf(options);
  return {
    async retrieveExperience(id) {
      if (!isWhopId("exp", id)) return null;
      const reply = await read("experience", experienceReply(id), (attempt) => sdk.experiences.retrieve(id, attempt));
      return reply && { id, name: reply.name, companyId: reply.company.id, companyTitle: reply.company.title };
    },
    async retrieveUser(id) {
      if (!isWhopId("user", id)) return null;
      const reply = await read("user", userReply(id), (attempt) => sdk.users.retrieve(id, {}, attempt));
      return (
        reply && { id, username: reply.username, name: reply.name || reply.username, pictureUrl: reply.profile_picture }
      );
    },
    async retrieveCompany(id) {
      if (!isWhopId("biz", id)) return null;
      const reply = await read("company", companyReply(id), (attempt) => sdk.companies.retrieve(id, attempt));
      return reply && { id, title: reply.title };
    },
    async checkAccess(resourceId, id) {
      const none = { hasAccess: false, accessLevel: "no_access" } as const;
      if (!isWhopId("user", id) || !(isWhopId("biz", resourceId) || isWhopId("exp", resourceId))) return none;
      const reply = await read("access", accessReply, (attempt) => sdk.users.checkAccess(resourceId, { id }, attempt));
      return reply?.has_access
        ? { hasAccess: reply.access_level !== "no_access", accessLevel: reply.access_level }
        : none;
    },
    async listAuthorizedUsers(companyId, userId) {
      if (!isWhopId("biz", companyId) || !isWhopId("user", userId)) return null;
      const query = { company_id: companyId, user_id: userId };
      const page = await read("authorized users", authorizedUsersReply, (attempt) =>
        sdk.authorizedUsers.list(query, attempt),
      );
      // The filter is Whop's; that it was applied is checked here, for a role is a right.
      const own = page?.data.find((entry) => entry.user.id === userId && entry.company.id === companyId);
      return own?.role ?? null;
    },
    async ping() {
      await read("app", z.unknown(), (attempt) => sdk.apps.retrieve(options.appId, attempt));
    },
  };
}

function createSdk({ apiKey, appId, baseUrl }: WhopClientOptions): Whop {
  return new Whop({
    apiKey,
    appID: appId,
    baseURL: baseUrl,
    version: API_VERSION,
    maxRetries: 0,
    logLevel: "off",
    // A redirect would carry our key to another address, and a cached answer would outlive the right it tells of.
    fetchOptions: { redirect: "error", cache: "no-store" },
  });
}

/** Reads and believes nothing: a reply that does not have the expected form counts as no reply. */
function readerOf({ log, timeoutMs = DEFAULT_TIMEOUT_MS }: WhopClientOptions) {
  return async <T>(what: string, schema: z.ZodType<T>, request: (attempt: Attempt) => PromiseLike<unknown>) => {
    const reply = await readFromWhop({ what, timeoutMs, log }, request);
    if (reply === null) return null;
    const parsed = schema.safeParse(reply);
    if (parsed.success) return parsed.data;
    log.warn({ what, issues: z.prettifyError(parsed.error) }, "Whop's reply has an unexpected form");
    throw unavailable(parsed.error);
  };
}
