import { type Kysely, sql } from "kysely";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { inCommunity } from "@/lib/db/database";
import type { RateLimiter } from "@/lib/redis/rate-limit";
import { runBackFills } from "@/services/activity/back-fill/run-back-fills";
import { startBackFill } from "@/services/activity/back-fill/start-back-fill";
import type { BackFillDeps } from "@/services/activity/back-fill/turn";
import type { TestDatabase } from "@/tests/support/database";
import { notifyDeps } from "@/tests/support/notify-deps";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";
import type { DB } from "@/types/database";

const DAY_MS = 86_400_000;

/** What a back-fill needs, with as much of Whop's share as is asked for. */
export function backFillDeps(database: { db: Kysely<DB> }, whop: WhopSimulator): BackFillDeps {
  const limiter: RateLimiter = { limit: async () => ({ allowed: true, retryAfterSeconds: 0, remaining: 1 }) };
  return { ...notifyDeps(database, whop), limiter };
}

/** A community of Whop's, known to us, with a chat and a forum. */
export async function aCommunityWithPast(
  { db }: { db: Kysely<DB> },
  whop: WhopSimulator,
): Promise<CommunityInWhop & { forumId: string }> {
  const place = aCommunityIn(whop);
  const forumId = whop.world.addExperience({ companyId: place.companyId, name: "Wins", kind: "forum" }).id;
  await inCommunity(db, place.companyId, (trx) =>
    sql`select ensure_community(${place.companyId}, 'Test community')`.execute(trx),
  );
  return { ...place, forumId };
}

/** So many messages of so many members, evenly over so many days, of which Whop has told nobody. The oldest first. */
export function writeInThePast(
  { world }: WhopSimulator,
  { chatExperienceId }: Pick<CommunityInWhop, "chatExperienceId">,
  {
    messages,
    members,
    days,
    prefix = "user_past",
  }: { messages: number; members: number; days: number; prefix?: string },
): { id: string; userId: string; createdAt: Date }[] {
  const userIds = Array.from({ length: members }, (_, n) => world.addUser({ id: `${prefix}${n}` }).id);
  return Array.from({ length: messages }, (_, n) => {
    const userId = userIds[(n * 7) % members] ?? "";
    const createdAt = new Date(Date.now() - Math.round((days * DAY_MS * (messages - n)) / messages));
    const { id } = world.postMessage({
      userId,
      channelId: chatExperienceId,
      content: `What I did on day ${n}, in a few words.`,
      createdAt,
      deliver: false,
    });
    return { id, userId, createdAt };
  });
}

/** Begins a back-fill, if none is under way, and goes on with it as far as it gets without waiting. */
export async function backFill(deps: BackFillDeps, communityId: string, seconds = 120): Promise<void> {
  await startBackFill(deps, communityId, "user_owner");
  await runBackFills(deps, { communityId, until: new Date(Date.now() + seconds * 1000) });
}

/** The community's back-fill may go on at once, whoever has or had it. */
export async function passBackFillTime({ owner }: Pick<TestDatabase, "owner">, communityId: string): Promise<void> {
  await sql`update back_fills set next_turn_at = now(), leased_until = leased_until - interval '1 hour'
    where community_id = ${communityId}`.execute(owner);
}
