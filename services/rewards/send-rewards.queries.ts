import { type Kysely, type RawBuilder, sql, type Transaction } from "kysely";
import type { RewardType, RungState } from "@/services/rewards/ladder";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** A reward that is ours alone for a while. Each write carries the token: whoever has lost the lease writes nothing. */
export type Lease = { communityId: string; rewardId: string; token: string };

/** The reward as it was read under the lease. */
export type Claimed = {
  userId: string;
  type: RewardType;
  value: unknown;
  state: Exclude<RungState, "locked">;
  /** Null where nothing has been asked of Whop that still counts; else what was asked is in `request`. */
  key: string | null;
  keyedAt: Date | null;
  request: unknown;
  calls: number;
  failures: number;
  levelLost: boolean;
  /** The database's clock, by which keys age. */
  readAt: Date;
};

/** Gives up to `limit` rewards to the caller, of one community or of all in turns. */
export async function claimRewards(
  db: Kysely<DB>,
  { limit, leaseSeconds, communityId }: { limit: number; leaseSeconds: number; communityId?: string },
): Promise<Lease[]> {
  const { rows } = await sql<Lease>`
    select community_id as "communityId", reward_id as "rewardId", lease_token as token
    from claim_rewards(${limit}, ${leaseSeconds}, ${communityId ?? null})`.execute(db);
  return rows;
}

/** Undefined once the lease is another's. */
export async function findClaimed(trx: Trx, { communityId, rewardId, token }: Lease): Promise<Claimed | undefined> {
  const { rows } = await sql<Claimed>`
    select user_id as "userId", type, value, state, idempotency_key as key, keyed_at as "keyedAt", request, calls, failures,
      level_lost_at is not null as "levelLost", now() as "readAt"
    from rewards where community_id = ${communityId} and reward_id = ${rewardId} and lease_token = ${token}`.execute(
    trx,
  );
  return rows[0];
}

export type Begun = "begun" | "lost" | "cancelled" | "too_many" | "no_budget" | "busy";

/** Before the first call: writes down what will be asked, under which key. */
export const beginReward = (trx: Trx, lease: Lease, leaseSeconds: number, key: string, request: object) =>
  one<Begun>(trx, sql`begin_reward(${idsOf(lease)}, ${leaseSeconds}, ${key}, ${JSON.stringify(request)}::jsonb)`);

/** Once no call was seen to have had an effect: the key to call under, or why there is to be no call. */
export const callAgain = (trx: Trx, lease: Lease, leaseSeconds: number, newKey: string) =>
  one<string>(trx, sql`call_reward_again(${idsOf(lease)}, ${leaseSeconds}, ${newKey})`);

/** @returns the state it is in now; null when the lease was lost. */
export const forgetKey = (trx: Trx, lease: Lease, pauseSeconds: number, lastError: string) =>
  one<"confirmed" | "cancelled" | null>(trx, sql`forget_reward_key(${idsOf(lease)}, ${pauseSeconds}, ${lastError})`);

export type Delivery = {
  how: "sent" | "found" | "here";
  /** What it is at Whop. */
  whopId?: string;
  /** What was read of it, kept beside what was asked. */
  read?: object;
};

/** All that follow answer whether the lease still held. */
export const deliverReward = (trx: Trx, lease: Lease, { how, whopId, read }: Delivery) =>
  one<boolean>(
    trx,
    sql`deliver_reward(${idsOf(lease)}, ${how}, ${whopId ?? null}, ${read ? JSON.stringify(read) : null}::jsonb)`,
  );

export const parkReward = (trx: Trx, lease: Lease, pauseSeconds: number) =>
  one<boolean>(trx, sql`park_reward(${idsOf(lease)}, ${pauseSeconds})`);

export type Release = {
  pauseSeconds: number;
  /** In words that a creator understands; left as it was where there are none. */
  lastError?: string;
  because: "failed" | "turned_away" | "error" | "not_now";
};

export const releaseReward = (trx: Trx, lease: Lease, { pauseSeconds, lastError, because }: Release) =>
  one<boolean>(trx, sql`release_reward(${idsOf(lease)}, ${pauseSeconds}, ${lastError ?? null}, ${because})`);

export type Referral = {
  problem: "unknown_outcome" | "refused" | "no_permission" | "no_end" | "too_many_attempts";
  lastError: string;
  /** It is certain that nothing has been sent, nor can be any more under the key. */
  nothingSent: boolean;
};

export const referReward = (trx: Trx, lease: Lease, { problem, lastError, nothingSent }: Referral) =>
  one<boolean>(trx, sql`refer_reward(${idsOf(lease)}, ${problem}, ${lastError}, ${nothingSent})`);

const idsOf = ({ communityId, rewardId, token }: Lease) => sql`${communityId}, ${rewardId}, ${token}`;

async function one<T>(trx: Trx, call: RawBuilder<unknown>): Promise<T> {
  const { rows } = await sql<{ answer: T }>`select ${call} as answer`.execute(trx);
  const row = rows[0];
  if (row === undefined) throw new Error("A function answers one row.");
  return row.answer;
}
