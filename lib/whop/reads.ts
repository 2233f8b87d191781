import type Whop from "@whop/sdk";
import { z } from "zod";
import { type Attempt, type Read, readFromWhop, unavailable } from "./call";
import type { WhopClient } from "./client";
import { isWhopId } from "./ids";
import {
  accessReply,
  authorizedUsersReply,
  companyReply,
  experienceReply,
  forumPostReply,
  membershipReply,
  messageReply,
  userReply,
} from "./replies";
import { DEFAULT_TIMEOUT_MS, type WhopClientOptions } from "./sdk";

/** Reads of one thing each. */
export type Reads = Pick<
  WhopClient,
  | "retrieveExperience"
  | "retrieveUser"
  | "retrieveCompany"
  | "retrieveMembership"
  | "retrieveMessage"
  | "retrieveForumPost"
  | "checkAccess"
  | "listAuthorizedUsers"
  | "ping"
>;

export function createReads(sdk: Whop, options: WhopClientOptions): Reads {
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
    async retrieveMembership(id) {
      if (!isWhopId("mem", id)) return null;
      return read("membership", membershipReply(id), (attempt) => sdk.memberships.retrieve(id, attempt), {
        mustSee: true,
      });
    },
    retrieveMessage(id) {
      return read("message", messageReply(id), (attempt) => sdk.messages.retrieve(id, attempt), { mustSee: true });
    },
    retrieveForumPost(id) {
      return read("forum post", forumPostReply(id), (attempt) => sdk.forumPosts.retrieve(id, attempt), {
        mustSee: true,
      });
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

/** Reads and believes nothing: a reply that does not have the expected form counts as no reply. */
function readerOf({ log, timeoutMs = DEFAULT_TIMEOUT_MS }: WhopClientOptions) {
  return async <T>(
    what: string,
    schema: z.ZodType<T>,
    request: (attempt: Attempt) => PromiseLike<unknown>,
    { mustSee }: Pick<Read, "mustSee"> = {},
  ): Promise<T | null> => {
    const reply = await readFromWhop({ what, timeoutMs, log, mustSee }, request);
    if (reply === null) return null;
    const parsed = schema.safeParse(reply);
    if (parsed.success) return parsed.data;
    log.warn({ what, issues: z.prettifyError(parsed.error) }, "Whop's reply has an unexpected form");
    throw unavailable(parsed.error);
  };
}
