import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { checkRanks } from "@/services/leaderboard/check-ranks";
import { findMemberStanding } from "@/services/leaderboard/find-member-standing";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";
import { fetchProfile, refreshProfiles } from "@/services/leaderboard/refresh-profiles";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { eraseMember } from "@/services/members/erase-member";
import { readPreferences, setPreferences } from "@/services/notifications/preferences";
import { readLadder } from "@/services/rewards/read-ladder";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { listHistory } from "@/services/xp/list-history";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { everythingStored } from "@/tests/support/database-contents";

const app = anApp();
const MINUTE = 60_000;
const ago = (minutes: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - minutes * MINUTE);

/** Messages and posts over some days, one of them removed, so that everything that is stored of a member is there. */
async function anActiveMember(): Promise<{ communityId: string; userId: string; activities: Activity[] }> {
  const { deps, database, whop } = app();
  const communityId = await aCommunity(database);
  const userId = whop.world.addUser({ name: "Erna Erased" }).id;
  const activities = [
    ...Array.from({ length: 12 }, (_, hour) => aMessage({ userId, occurredAt: ago(60 * 7 * hour + 5) })),
    ...Array.from({ length: 3 }, (_, hour) => aMessage({ userId, action: "post", occurredAt: ago(60 * hour + 9) })),
    anAdjustment(900, { userId, occurredAt: ago(3) }),
  ];
  await awardActivities(deps, communityId, activities);
  await removeActivity(deps, communityId, activities[4]?.activityId ?? "");
  await sql`insert into profiles (community_id, user_id, name, username, fetched_at)
    values (${communityId}, ${userId}, 'Erna Erased', 'erna_erased', now())`.execute(database.owner);
  await sql`insert into opening_balances (community_id, user_id, closed_before, xp, total_messages, total_posts, total_reactions)
    values (${communityId}, ${userId}, now() - interval '100 days', 0, 0, 0, 0)`.execute(database.owner);
  await setPreferences(deps, communityId, userId, { notifications: false, timeZone: "Europe/Vienna" });
  return { communityId, userId, activities };
}

function differences(communityId: string, userId: string) {
  return inCommunity(app().deps.db, communityId, async (trx) =>
    checkMember(trx, await readRules(trx, communityId), userId),
  );
}

const rewardsOf = async (communityId: string, userId: string) =>
  (await readLadder(app().deps, communityId, userId)).rungs.map(({ level, state }) => [level, state]);

test("of who has their data deleted nothing is left but what is said to be kept", async () => {
  const { deps, database } = app();
  const { communityId, userId, activities } = await anActiveMember();
  const erased = await eraseMember(deps, communityId, userId);
  expect(erased).toEqual({ activities: activities.length, rewardsCancelled: 1 });

  const left = (await everythingStored(database)).split("\n").filter((line) => line.includes(userId));
  const kept = left.filter((line) => line.includes(communityId));
  // The audit log, the cancelled reward, the row that it hangs on, and the wish to get no messages.
  expect(kept).toHaveLength(4);
  expect(left.join("\n")).not.toMatch(/Erna|message:|adjustment:|Vienna/);
  expect(await readPreferences(deps, communityId, userId)).toEqual({
    notifications: false,
    streakWarning: false,
    timeZone: null,
  });
  expect((await readCard(deps, communityId, userId)).progress).toMatchObject({ xp: 0, level: 1 });
  expect((await listHistory(deps, communityId, userId)).entries).toEqual([]);
  const { leaderboard } = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 10 });
  expect(leaderboard).toEqual([]);
});

test("nobody finds anything wrong afterwards: not the doctor, not the replay, not the ranks in Redis", async () => {
  const { deps } = app();
  const { communityId, userId } = await anActiveMember();
  const other = aUserId();
  await awardActivities(deps, communityId, [aMessage({ userId: other })]);
  await rebuildRanks(deps, communityId);
  await eraseMember(deps, communityId, userId);
  expect(await differences(communityId, userId)).toEqual([]);
  expect(await checkRanks(deps, communityId)).toEqual([]);
  expect((await findMemberStanding(deps, communityId, other)).rank).toBe(1);
  for (const cause of ["settings", "repair"] as const) {
    await replayMember(deps, communityId, userId, cause);
    expect(await differences(communityId, userId)).toEqual([]);
  }
  expect((await readCard(deps, communityId, userId)).progress.xp).toBe(0);
});

test("an erased activity that comes again pays nothing, is not recorded again and names nobody", async () => {
  const { deps, database } = app();
  const { communityId, userId, activities } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  const receipts = await awardActivities(deps, communityId, activities);
  expect(new Set(receipts.map(({ outcome, xp, duplicate }) => `${outcome} ${xp} ${duplicate}`))).toEqual(
    new Set(["reversed 0 true"]),
  );
  for (const activity of activities) {
    expect(await awardActivity(deps, communityId, activity)).toMatchObject({ duplicate: true, xp: 0, userId: "" });
  }
  expect((await readCard(deps, communityId, userId)).progress.xp).toBe(0);
  expect(await differences(communityId, userId)).toEqual([]);
  const { rows } = await sql<{ rows: number }>`
    select count(*) as rows from activity_log where community_id = ${communityId}`.execute(database.owner);
  expect(rows[0]?.rows).toBe(0);
});

test("neither the platform's deletion nor its undoing brings an erased activity back", async () => {
  const { deps } = app();
  const { communityId, userId, activities } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  const [first] = activities as [Activity];
  expect(await removeActivity(deps, communityId, first.activityId)).toBeNull();
  expect(await restoreActivity(deps, communityId, first.activityId)).toBeNull();
  expect(await awardActivity(deps, communityId, first)).toMatchObject({ duplicate: true, xp: 0 });
  expect((await readCard(deps, communityId, userId)).progress.xp).toBe(0);
});

test("what an erased activity was is forgotten when it is too old to come again, and not before", async () => {
  const { deps, database } = app();
  const { communityId, userId, activities } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  const known = async () => {
    await sql`select forget_awaited_removals()`.execute(deps.db);
    const { rows } = await sql<{ rows: number }>`
      select count(*) as rows from activity_identities where community_id = ${communityId}`.execute(database.owner);
    return rows[0]?.rows;
  };
  expect(await known()).toBe(activities.length);
  await sql`alter table activity_identities disable trigger keep_erased`.execute(database.owner);
  await sql`update activity_identities set removed_at = now() - interval '91 days' where community_id = ${communityId}`.execute(
    database.owner,
  );
  await sql`alter table activity_identities enable trigger keep_erased`.execute(database.owner);
  expect(await known()).toBe(0);
});

test("a reward that was sent is never due again; one that was not is cancelled, and earned anew with its level", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await awardActivities(deps, communityId, [anAdjustment(2_000, { userId })]);
  await sql`update rewards set state = 'delivered', delivered_at = now(), delivered_how = 'sent'
    where community_id = ${communityId} and level = 5`.execute(database.owner);
  const enough = async () => awardActivities(deps, communityId, [anAdjustment(40_000, { userId })]);
  await enough();
  expect((await rewardsOf(communityId, userId)).slice(0, 3)).toEqual([
    [5, "delivered"],
    [10, "due"],
    [25, "due"],
  ]);

  await sql`insert into rewards (community_id, user_id, granted_by, note, type, value, state)
    values (${communityId}, ${userId}, 'user_owner', 'For Erna', 'free_days', '{"days": 9}', 'confirmed')`.execute(
    database.owner,
  );
  expect((await eraseMember(deps, communityId, userId)).rewardsCancelled).toBe(3);
  const { rows } = await sql`select state, note from rewards
    where community_id = ${communityId} and granted_by is not null`.execute(database.owner);
  expect(rows).toEqual([{ state: "cancelled", note: null }]);
  expect((await rewardsOf(communityId, userId)).slice(0, 3)).toEqual([
    [5, "delivered"],
    [10, "locked"],
    [25, "locked"],
  ]);
  const [receipt] = await enough();
  expect(receipt?.rewards.map(({ level }) => level)).toEqual([10, 25]);
  expect((await rewardsOf(communityId, userId)).slice(0, 3)).toEqual([
    [5, "delivered"],
    [10, "due"],
    [25, "due"],
  ]);
  expect(await differences(communityId, userId)).toEqual([]);
});

test("awards, redeliveries and removals at the same moment fall before or after it, and every number still equals the fold", async () => {
  const { deps } = app();
  for (let round = 0; round < 5; round += 1) {
    const { communityId, userId, activities } = await anActiveMember();
    const fresh = Array.from({ length: 30 }, (_, n) => aMessage({ userId, occurredAt: ago(3_000 + 2 * n) }));
    const work: Promise<unknown>[] = fresh.map((activity) => awardActivity(deps, communityId, activity));
    work.splice(10, 0, eraseMember(deps, communityId, userId));
    work.push(...activities.map((activity) => awardActivities(deps, communityId, [activity])));
    work.push(removeActivity(deps, communityId, fresh[0]?.activityId ?? ""));
    await Promise.all(work);
    expect(await differences(communityId, userId)).toEqual([]);
    const { entries } = await listHistory(deps, communityId, userId, { limit: 100 });
    const isFresh = new Set(fresh.map(({ activityId }) => activityId));
    expect(entries.filter(({ activityId }) => !isFresh.has(activityId))).toEqual([]);
    const { xp } = (await readCard(deps, communityId, userId)).progress;
    expect(entries.reduce((sum, entry) => sum + entry.xp, 0)).toBe(xp);
    // Delivered once more, nothing of it counts that counted before.
    await awardActivities(deps, communityId, [...fresh, ...activities]);
    expect((await readCard(deps, communityId, userId)).progress.xp).toBe(xp);
    expect(await checkRanks(deps, communityId)).toEqual([]);
  }
}, 60_000);

test("it is written down who did it, in a chain that holds", async () => {
  const { deps, database } = app();
  const { communityId, userId, activities } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  const { rows } = await sql`select actor_user_id, action, subject, details from audit_log
    where community_id = ${communityId} order by sequence desc limit 1`.execute(database.owner);
  const details = { activities: activities.length, rewardsCancelled: 1 };
  expect(rows).toEqual([{ actor_user_id: userId, action: "member.erased", subject: userId, details }]);
  const { rows: broken } = await sql`select check_audit(${communityId}) as at`.execute(database.owner);
  expect(broken).toEqual([{ at: null }]);
});

test("other members and other communities keep everything, and the member's choice who sees them stays", async () => {
  const { deps, database } = app();
  const { communityId, userId } = await anActiveMember();
  const [elsewhere, other] = [await aCommunity(database), aUserId()];
  await awardActivities(deps, elsewhere, [anAdjustment(700, { userId })]);
  await awardActivities(deps, communityId, [anAdjustment(800, { userId: other })]);
  await setVisibility(deps, communityId, userId, "anonymous");
  await eraseMember(deps, communityId, userId);
  expect((await readCard(deps, elsewhere, userId)).progress.xp).toBe(700);
  expect((await readCard(deps, communityId, other)).progress.xp).toBe(800);
  expect((await readCard(deps, communityId, userId)).visibility).toBe("anonymous");
});

test("a name that was being fetched meanwhile is not stored after all", async () => {
  const { deps, database } = app();
  const { communityId, userId } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  await fetchProfile(deps, communityId, userId);
  await refreshProfiles(deps, communityId, [userId]);
  const { rows } = await sql`select from profiles where community_id = ${communityId} and user_id = ${userId}`.execute(
    database.owner,
  );
  expect(rows).toEqual([]);
});

test("deleting twice, or as somebody who has done nothing, does no harm", async () => {
  const { deps, database } = app();
  const { communityId, userId } = await anActiveMember();
  await eraseMember(deps, communityId, userId);
  expect(await eraseMember(deps, communityId, userId)).toEqual({ activities: 0, rewardsCancelled: 0 });
  const nobody = aUserId();
  expect(await eraseMember(deps, communityId, nobody)).toEqual({ activities: 0, rewardsCancelled: 0 });
  expect(await everythingStored(database)).not.toContain(nobody);
});

test("100,000 activities are gone within the time that a statement has", async () => {
  const { deps, database } = app();
  const { communityId, userId } = await anActiveMember();
  await sql`insert into activity_log (community_id, user_id, occurred_at, activity_id, action, source, settings_version, outcome, base_xp, xp)
    select ${communityId}, ${userId}, now() - n * interval '70 seconds', 'many:' || n, 'message', 'seed', 1, 'cooldown', 20, 0
    from generate_series(1, 100000) n`.execute(database.owner);
  await sql`insert into activity_identities (community_id, activity_id, user_id, occurred_at)
    select community_id, activity_id, user_id, occurred_at from activity_log
    where community_id = ${communityId} on conflict do nothing`.execute(database.owner);
  const began = performance.now();
  await eraseMember(deps, communityId, userId);
  expect(performance.now() - began).toBeLessThan(12_000);
  expect(await differences(communityId, userId)).toEqual([]);
}, 60_000);
