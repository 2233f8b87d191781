import type Whop from "@whop/sdk";
import type { z } from "zod";
import type { Attempt } from "./call";
import type { PageOf, WhopClient } from "./client";
import { isWhopId } from "./ids";
import { LARGEST_PAGE, notThere, type PageQuery, readPage, type WhopPage } from "./pages";
import { forumPostEntry, memberEntry, messageEntry, reactionEntry } from "./replies";
import { DEFAULT_TIMEOUT_MS, type WhopClientOptions } from "./sdk";

/** Reads of one page each. */
export type PageReads = Pick<WhopClient, "readMessages" | "readReactions" | "readForumPosts" | "readMembers">;

export function createPageReads(sdk: Whop, { log, timeoutMs = DEFAULT_TIMEOUT_MS }: WhopClientOptions): PageReads {
  async function page<T>(
    one: { what: string; entry: z.ZodType<T> },
    { after, first = LARGEST_PAGE }: PageOf,
    request: (page: PageQuery, attempt: Attempt) => PromiseLike<unknown>,
  ): Promise<WhopPage<T>> {
    const read = await readPage({ ...one, timeoutMs, log }, { first, after }, request);
    if (read === null) throw notThere();
    return read;
  }

  return {
    readMessages({ channelId, direction, ...of }) {
      return page({ what: "messages", entry: messageEntry }, of, (query, attempt) =>
        sdk.messages.list({ channel_id: channelId, direction, ...query }, attempt),
      );
    },
    readReactions({ resourceId, ...of }) {
      return page({ what: "reactions", entry: reactionEntry(resourceId) }, of, (query, attempt) =>
        sdk.reactions.list({ resource_id: resourceId, ...query }, attempt),
      );
    },
    async readForumPosts({ experienceId, parentId, pinned, ...of }) {
      if (!isWhopId("exp", experienceId)) throw notThere();
      const asked = { experience_id: experienceId, parent_id: parentId, pinned };
      const read = await page({ what: "forum posts", entry: forumPostEntry }, of, (query, attempt) =>
        sdk.forumPosts.list({ ...asked, ...query }, attempt),
      );
      // The filter is Whop's; that it was applied is checked here, for a comment is paid otherwise than a post.
      return { ...read, items: read.items.filter((post) => post.parentId === (parentId ?? null)) };
    },
    async readMembers({ companyId, ...of }) {
      if (!isWhopId("biz", companyId)) throw notThere();
      // In this order whoever comes or comes back is met at the end, and nobody is passed over.
      const asked = { company_id: companyId, order: "joined_at", direction: "asc" } as const;
      return page({ what: "members", entry: memberEntry }, of, (query, attempt) =>
        sdk.members.list({ ...asked, ...query }, attempt),
      );
    },
  };
}
