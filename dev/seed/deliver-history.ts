import { type Kysely, sql, type Transaction } from "kysely";
import type { SampleCommunity } from "@/dev/seed/communities";
import { type EarnedDays, type PastReward, rewardHistory } from "@/dev/seed/reward-history";
import type { World } from "@/dev/whop/world";
import { SEND_WORDS } from "@/services/rewards/send-words";
import type { DB } from "@/types/database";

const MOVED = "The membership's end was moved by something else as well, so whether it got the days cannot be seen.";
const PRIZE = {
  value: { percentOff: 25, months: 3 },
  code: "WEE57KQ4M9XT2R",
  note: "Thumbnail of the month. Well done!",
};

export type HistoryDeps = {
  /** With the owner's rights: no worker was there to send anything. */
  owner: Kysely<DB>;
  world: World;
};

/**
 * The community as it is after its creator had confirmed the rewards before its history began, and switched announcements on: what its
 * members have earned was sent then, in our database and at the simulated Whop alike, but for one of each kind that a person
 * or time must help.
 */
export async function deliverHistory({ owner, world }: HistoryDeps, community: SampleCommunity, startsAt: Date) {
  const { companyId, ownerId, exMemberId, adminId, moderatorId, memberId } = community;
  await owner.transaction().execute(async (trx) => {
    await sql`select set_config('wee5.community_id', ${companyId}, true)`.execute(trx);
    await sql`update communities set onboarded_at = ${startsAt}, onboarded_by = ${ownerId},
        rewards_confirmed_at = ${startsAt}, rewards_confirmed_by = ${ownerId}
      where community_id = ${companyId}`.execute(trx);
    const memberships = new Map(world.membershipsOf(companyId).map((one) => [one.userId, one]));
    const playedIds = [ownerId, adminId, moderatorId, memberId];
    const past = rewardHistory(await listEarned(trx, companyId), memberships, { exMemberId, playedIds });
    await storeRewards(trx, companyId, past.rewards);
    for (const { id, ...change } of past.memberships) world.changeMembership(id, change);
    await endMembership(trx, world, community);
    await grantPrize(trx, world, community);
    await promiseForStreaks(trx, companyId);
    await announceIn(trx, companyId, community.chats[0]?.experienceId ?? "");
  });
}

async function listEarned(trx: Transaction<DB>, companyId: string): Promise<EarnedDays[]> {
  const { rows } = await sql<EarnedDays>`
    select r.reward_id as "rewardId", r.user_id as "userId", (r.value ->> 'days')::integer as days,
      coalesce(i.occurred_at, r.due_at) as "earnedAt"
    from rewards r
    left join activity_identities i on i.community_id = r.community_id and i.activity_id = r.caused_by
    where r.community_id = ${companyId} and r.state = 'confirmed' and r.type = 'free_days'
    order by r.level, r.user_id`.execute(trx);
  return rows;
}

async function storeRewards(trx: Transaction<DB>, companyId: string, rewards: readonly PastReward[]): Promise<void> {
  await sql`
    update rewards r set state = p.state, problem = p.problem, due_at = p."earnedAt", updated_at = coalesce(p."sentAt", p."earnedAt"),
      waits_for = case when p.state = 'waiting' then 'membership' end,
      last_error = case p.problem when 'unknown_outcome' then ${MOVED} when 'no_end' then ${SEND_WORDS.noEnd} end,
      next_attempt_at = case when p.state = 'waiting' then now() + interval '6 hours' else p."earnedAt" end,
      idempotency_key = case when p.request is not null then gen_random_uuid()::text end,
      keyed_at = p."sentAt", request = p.request, calls = (p.request is not null)::integer,
      budget_month = date_trunc('month', p."sentAt" at time zone (s.settings ->> 'timeZone'))::date,
      whop_id = case when p.state = 'delivered' then p.request ->> 'membershipId' end,
      delivered_at = case when p.state = 'delivered' then p."sentAt" end,
      delivered_how = case when p.state = 'delivered' then 'sent' end
    from jsonb_to_recordset(${JSON.stringify(rewards)}::jsonb) as p("rewardId" uuid, state text, problem text,
        "earnedAt" timestamptz, "sentAt" timestamptz, request jsonb), communities c, settings_versions s
    where r.community_id = ${companyId} and r.reward_id = p."rewardId" and c.community_id = r.community_id
      and s.community_id = c.community_id and s.version = c.settings_version`.execute(trx);
}

/** The webhook of it came while the history went on. */
async function endMembership(trx: Transaction<DB>, world: World, { companyId, exMemberId }: SampleCommunity) {
  for (const { id, userId, leftAt } of world.membershipsOf(companyId)) {
    if (userId !== exMemberId || leftAt === null) continue;
    await sql`select record_membership(${companyId}, ${userId}, ${`${id}:left:${leftAt}`}, ${id}, 'left', ${leftAt}, 'webhook')`.execute(
      trx,
    );
  }
}

/** A reward by hand, for the member whom the page shows first: a promo code, which no level of the history pays. */
async function grantPrize(trx: Transaction<DB>, world: World, { companyId, ownerId, memberId }: SampleCommunity) {
  const { value, code, note } = PRIZE;
  const request = { ...value, companyId, code };
  const promo = world.createPromoCode({
    companyId,
    code,
    promoType: "percentage",
    amountOff: value.percentOff,
    currency: "usd",
    months: value.months,
    productId: null,
    planIds: [],
    stock: 1,
    unlimitedStock: false,
    onePerCustomer: true,
    newUsersOnly: false,
    churnedUsersOnly: false,
    existingMembershipsOnly: false,
    expiresAt: null,
  });
  const granted = await sql<{ id: string }>`
    select grant_reward(${companyId}, ${ownerId}, ${memberId}, 'promo_code', ${JSON.stringify(value)}::jsonb, ${note}, 'prize')
      ->> 'rewardId' as id`.execute(trx);
  await sql`
    update rewards r set state = 'delivered', delivered_at = now(), delivered_how = 'sent', code = ${code}, whop_id = ${promo?.id},
      idempotency_key = gen_random_uuid()::text, keyed_at = now(), request = ${JSON.stringify(request)}::jsonb, calls = 1
    where r.community_id = ${companyId} and r.reward_id = ${granted.rows[0]?.id}`.execute(trx);
}

/** From now on: what has been reached in the history brings none. */
async function promiseForStreaks(trx: Transaction<DB>, companyId: string): Promise<void> {
  await sql`update reward_rules set active = true where community_id = ${companyId} and streak_days in (30, 100)`.execute(
    trx,
  );
}

async function announceIn(trx: Transaction<DB>, companyId: string, experienceId: string): Promise<void> {
  const announcement = JSON.stringify({ enabled: true, experienceId });
  await sql`update notification_settings s
    set settings = jsonb_set(s.settings, '{announcement}', s.settings -> 'announcement' || ${announcement}::jsonb),
      version = s.version + 1, updated_at = now()
    where s.community_id = ${companyId}`.execute(trx);
}
