import { type BenchDatabase, CLIENTS } from "@/bench/databases";
import { activeMember, aMessage, anyCommunity, anyMember, perSecond } from "@/bench/load";
import { hasPgbench, pgbench } from "@/bench/pgbench";
import { awardActivities } from "@/services/xp/award-activity";

/**
 * How many awards of one community go in one call, how many calls are under way, and to whom they go: to any member, or to those
 * alone who have been active today. The first award of a member's day does more than the next.
 */
export type AwardLoad = { batch: number; clients: number; to: "anyone" | "active" };

export const SINGLE: AwardLoad = { batch: 1, clients: CLIENTS, to: "anyone" };
export const ACTIVE: AwardLoad = { ...SINGLE, to: "active" };
/** As many clients as one at a time: with fewer, a busy machine would give them less of its time. */
export const BATCHES: AwardLoad = { ...SINGLE, batch: 100 };

/** Awards a second by pgbench, or by the application's driver where it is not installed. */
export function awardsPerSecond(database: BenchDatabase, load: AwardLoad, seconds: number): Promise<number> {
  return hasPgbench() ? byPgbench(database, load, seconds) : byDriver(database, load, seconds);
}

export async function byPgbench(
  database: BenchDatabase,
  { batch, clients, to }: AwardLoad,
  seconds: number,
): Promise<number> {
  // Communities of a thousand only: their ids can be counted.
  const counted = database.communities.filter(({ communityId }) => /^biz_\d+$/.test(communityId)).length;
  const script = awardScript(batch, counted, to);
  return batch * (await pgbench(database.appUrl, script, { clients, seconds }));
}

/** Members are drawn by pgbench, into the text, so that the server is asked for nothing but the award. */
function awardScript(batch: number, communities: number, to: AwardLoad["to"]): string {
  const numbers = Array.from({ length: batch }, (_, index) => index + 1);
  // The seed has every second member active today.
  const draw = to === "active" ? "2 * random(1, 500)" : "random(1, 1000)";
  const draws = numbers.map((n) => `\\set member${n} ${draw}`);
  const activities = numbers.map((n) =>
    JSON.stringify({
      // pgbench would take two colons for a cast.
      activityId: `bench-:id-:client_id-${n}`,
      userId: `user_:member${n}`,
      action: "message",
      occurredAt: "now",
      experienceId: "exp_bench",
      contentLength: 40,
      contentHash: "00112233445566778899aabbccddeeff",
      source: "webhook",
    }),
  );
  return `\\set community random(1, ${communities})
\\set id random(1, 9000000000000000)
${draws.join("\n")}
select award_activities(set_config('wee5.community_id', 'biz_:community', true), 1, '[${activities.join(",")}]');
`;
}

/** By the service that the webhook's route uses, without its queue. */
export function byDriver(database: BenchDatabase, { batch, clients, to }: AwardLoad, seconds: number): Promise<number> {
  return perSecond(clients, seconds, async () => {
    const { communityId, members } = anyCommunity(database);
    const member = to === "active" ? activeMember : anyMember;
    const activities = Array.from({ length: batch }, () => aMessage(member(members)));
    await awardActivities({ db: database.db }, communityId, activities);
    return batch;
  });
}
