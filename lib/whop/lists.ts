import type Whop from "@whop/sdk";
import type { z } from "zod";
import type { Attempt } from "./call";
import type { WhopClient } from "./client";
import { isWhopId } from "./ids";
import { notThere, type PageQuery, readList } from "./pages";
import {
  chatChannelEntry,
  experienceEntry,
  forumEntry,
  membershipEntry,
  messageEntry,
  promoCodeEntry,
  teamEntry,
} from "./replies";
import { DEFAULT_TIMEOUT_MS, type WhopClientOptions } from "./sdk";

/** Reads of whole lists. */
export type Lists = Pick<
  WhopClient,
  | "listMemberships"
  | "listPromoCodes"
  | "listMessages"
  | "listChatChannels"
  | "listOwnExperiences"
  | "listForums"
  | "listTeam"
>;

/** Well below the 60 seconds for which a worker holds what it works on. */
const LONGEST_LIST_MS = 20_000;

export function createLists(sdk: Whop, options: WhopClientOptions): Lists {
  const { appId, log, timeoutMs = DEFAULT_TIMEOUT_MS, listTimeoutMs = LONGEST_LIST_MS } = options;

  /** From an empty list it is concluded that nothing is there, so what Whop does not know is an error. */
  async function whole<T>(
    list: { what: string; entry: z.ZodType<T>; limit?: number },
    request: (page: PageQuery, attempt: Attempt) => PromiseLike<unknown>,
  ): Promise<T[]> {
    const entries = await readList({ ...list, timeoutMs, listTimeoutMs, log }, request);
    if (entries === null) throw notThere();
    return entries;
  }

  return {
    async listMemberships({ companyId, userId }) {
      if (!isWhopId("biz", companyId) || !isWhopId("user", userId)) throw notThere();
      const query = { company_id: companyId, user_ids: [userId] };
      const memberships = await whole({ what: "memberships", entry: membershipEntry }, (page, attempt) =>
        sdk.memberships.list({ ...query, ...page }, attempt),
      );
      // The filter is Whop's; that it was applied is checked here, for days given to another are lost.
      return memberships.filter((membership) => membership.companyId === companyId && membership.userId === userId);
    },
    async listPromoCodes({ companyId, createdAfter }) {
      if (!isWhopId("biz", companyId)) throw notThere();
      const query = { company_id: companyId, created_after: createdAfter?.toISOString() };
      return whole({ what: "promo codes", entry: promoCodeEntry }, (page, attempt) =>
        sdk.promoCodes.list({ ...query, ...page }, attempt),
      );
    },
    async listMessages({ channelId, limit }) {
      const messages = await whole({ what: "messages", entry: messageEntry, limit }, (page, attempt) =>
        sdk.messages.list({ channel_id: channelId, direction: "desc", ...page }, attempt),
      );
      return messages.toSorted((one, other) => other.createdAt.getTime() - one.createdAt.getTime());
    },
    async listChatChannels(companyId) {
      if (!isWhopId("biz", companyId)) throw notThere();
      return whole({ what: "chat channels", entry: chatChannelEntry }, (page, attempt) =>
        sdk.chatChannels.list({ company_id: companyId, ...page }, attempt),
      );
    },
    async listOwnExperiences(companyId) {
      if (!isWhopId("biz", companyId)) throw notThere();
      const query = { company_id: companyId, app_id: appId };
      const experiences = await whole({ what: "experiences", entry: experienceEntry }, (page, attempt) =>
        sdk.experiences.list({ ...query, ...page }, attempt),
      );
      // As above: the filter is Whop's.
      return experiences.filter((one) => one.appId === appId).map(({ id, name }) => ({ id, name }));
    },
    async listForums(companyId) {
      if (!isWhopId("biz", companyId)) throw notThere();
      return whole({ what: "forums", entry: forumEntry }, (page, attempt) =>
        sdk.forums.list({ company_id: companyId, ...page }, attempt),
      );
    },
    async listTeam(companyId) {
      if (!isWhopId("biz", companyId)) throw notThere();
      const team = await whole({ what: "team", entry: teamEntry }, (page, attempt) =>
        sdk.authorizedUsers.list({ company_id: companyId, ...page }, attempt),
      );
      // As above, for a role is a right.
      return team.filter((one) => one.companyId === companyId).map(({ userId, role }) => ({ userId, role }));
    },
  };
}
