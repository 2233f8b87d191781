import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { WhopMessage } from "@/lib/whop/client";
import { listKnownMessages } from "@/services/notifications/notifications.queries";

/** As far back as one page reaches: whatever the chat, what was asked for minutes ago is on it. */
const LOOKED_AT = 100;
/** Whop's clock and ours may differ by so much. */
const SKEW_MS = 120_000;

export type Sought = { communityId: string; channelId: string; content: string; since: Date };

/** "unreadable": Whop will not show the channel. "unsure": more has been written since than was looked at. */
export type Sight =
  | { kind: "there"; whopId: string }
  | { kind: "absent" }
  | { kind: "unsure" }
  | { kind: "unreadable" };

/**
 * Whether a message of ours stands in a channel: written by our own user, in these words, since it was first asked for, and not
 * known as another of ours. @throws AppError unavailable
 */
export async function lookForMessage(deps: Pick<Deps, "db" | "env" | "whop">, sought: Sought): Promise<Sight> {
  const { communityId, channelId, content, since } = sought;
  if (deps.env.whopBotUserId === undefined) return { kind: "unreadable" };
  const messages = await read(deps, channelId);
  if (messages === null) return { kind: "unreadable" };
  const earliest = since.getTime() - SKEW_MS;
  const alike = messages.filter(
    (message) =>
      message.userId === deps.env.whopBotUserId &&
      message.createdAt.getTime() >= earliest &&
      message.content !== null &&
      sameWords(message.content, content),
  );
  const ids = alike.map(({ id }) => id);
  const known = new Set(await inCommunity(deps.db, communityId, (trx) => listKnownMessages(trx, communityId, ids)));
  // The oldest is the likeliest: it came first.
  const own = ids.findLast((id) => !known.has(id));
  if (own !== undefined) return { kind: "there", whopId: own };
  const last = messages.at(-1);
  const reachesBack = messages.length < LOOKED_AT || (last !== undefined && last.createdAt.getTime() < earliest);
  return { kind: reachesBack ? "absent" : "unsure" };
}

async function read(deps: Pick<Deps, "whop">, channelId: string): Promise<WhopMessage[] | null> {
  try {
    return await deps.whop.listMessages({ channelId, limit: LOOKED_AT });
  } catch (error) {
    if (error instanceof AppError && (error.code === "forbidden" || error.code === "not_found")) return null;
    throw error;
  }
}

const sameWords = (one: string, other: string) =>
  one.replace(/\s+/gu, " ").trim() === other.replace(/\s+/gu, " ").trim();
