import { type Insertable, sql } from "kysely";
import type { WhopSimulator } from "@/dev/whop/simulator";
import type { TestDatabase } from "@/tests/support/database";
import { aCommunityIn } from "@/tests/support/whop";
import type { DB } from "@/types/database";

type Databases = Pick<TestDatabase, "db" | "owner">;

/** A community of Whop's whose creator has confirmed that rewards are paid. */
export async function aPayingCommunity({ owner }: Databases, whop: WhopSimulator): Promise<string> {
  const { companyId } = aCommunityIn(whop);
  await owner.transaction().execute(async (trx) => {
    await sql`select set_config('wee5.community_id', ${companyId}, true)`.execute(trx);
    await sql`select ensure_community(${companyId}, 'Test community')`.execute(trx);
    await trx
      .updateTable("communities")
      .set({ rewards_confirmed_at: new Date(), rewards_confirmed_by: "user_owner" })
      .where("community_id", "=", companyId)
      .execute();
  });
  return companyId;
}

/** Somebody who is known here and, unless told otherwise, has a running membership at Whop. */
export async function aMemberOf(
  databases: Databases,
  whop: WhopSimulator,
  communityId: string,
  { joins = true }: { joins?: boolean } = {},
): Promise<string> {
  const userId = whop.world.addUser().id;
  if (joins) whop.world.join(communityId, userId);
  await databases.owner.insertInto("users").values({ community_id: communityId, user_id: userId }).execute();
  return userId;
}

export const FREE_DAYS = { type: "free_days", value: { days: 3 } } as const;
export const PROMO_CODE = { type: "promo_code", value: { percentOff: 50 } } as const;
export const BADGE = { type: "badge", value: { name: "Early bird" } } as const;
export const CUSTOM = { type: "custom", value: { text: "A call with the team" } } as const;

type Reward = Pick<Insertable<DB["rewards"]>, "type" | "value"> & Partial<Insertable<DB["rewards"]>>;

/** Rewards that may be sent now. Returns their ids. */
export async function someRewards({ owner }: Databases, rewards: (Reward & RewardOf)[]): Promise<string[]> {
  const rows = rewards.map(({ value, ...reward }) => ({
    granted_by: "user_owner",
    state: "confirmed",
    value: JSON.stringify(value),
    ...reward,
  }));
  const made = await owner.insertInto("rewards").values(rows).returning("reward_id").execute();
  return made.map(({ reward_id }) => reward_id);
}

type RewardOf = { community_id: string; user_id: string };

export async function aReward(
  databases: Databases,
  communityId: string,
  userId: string,
  reward: Reward = FREE_DAYS,
): Promise<string> {
  const [id = ""] = await someRewards(databases, [{ ...reward, community_id: communityId, user_id: userId }]);
  return id;
}

export function rewardRow({ owner }: Pick<TestDatabase, "owner">, rewardId: string) {
  return owner.selectFrom("rewards").selectAll().where("reward_id", "=", rewardId).executeTakeFirstOrThrow();
}

/** So much time passes for what waits in the database: pauses end, leases and keys grow old. */
export async function passTime({ owner }: Pick<TestDatabase, "owner">, seconds: number): Promise<void> {
  await sql`update rewards set next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}),
    leased_until = leased_until - make_interval(secs => ${seconds}), keyed_at = keyed_at - make_interval(secs => ${seconds})`.execute(
    owner,
  );
}

type FreeDaysEffect = { membership_id: string; user_id: string; free_days: number };
type PromoCodeEffect = { id: string; code: string };

/** What the simulator has done for rewards, and the keys it was asked under. */
export function effectsOf({ effects }: WhopSimulator) {
  const { freeDays, promoCodes } = effects.all();
  return {
    freeDays: freeDays.map((effect) => effect.data as FreeDaysEffect), // the simulator's own record
    promoCodes: promoCodes.map((effect) => effect.data as PromoCodeEffect),
  };
}

/** The member's newest membership of a community. */
export function membershipOf({ world }: WhopSimulator, communityId: string, userId: string) {
  const membership = world.membershipsOf(communityId).findLast((one) => one.userId === userId);
  if (!membership) throw new Error(`${userId} has no membership.`);
  return membership;
}
