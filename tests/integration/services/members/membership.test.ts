import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { runJobs } from "@/lib/jobs";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { currentBoards, rankKey } from "@/services/leaderboard/board";
import { checkRanks } from "@/services/leaderboard/check-ranks";
import { readAll } from "@/services/leaderboard/rank-set";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { readProfile } from "@/services/leaderboard/read-profile";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { eraseMember } from "@/services/members/erase-member";
import { readExMember } from "@/services/members/read-ex-member";
import { recordMembership } from "@/services/members/record-membership";
import { settleDueResets } from "@/services/members/settle-leavers";
import { JOBS } from "@/services/worker";
import { awardActivities } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import type { MembershipFact } from "@/services/xp/membership";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { anApp } from "@/tests/support/app";
import { anAdjustment } from "@/tests/support/community";
import { anOwnerEvent } from "@/tests/support/events";
import { nth, shuffled, withInstances } from "@/tests/support/instances";
import { FILTERS, putMembers } from "@/tests/support/leaderboard";
import { BEHIND_PROXIES, type Form, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp({ env: BEHIND_PROXIES });
const DAY_MS = 86_400_000;
/** Before these tests began, so that the same number is the same time in all of one. */
const BEGAN_MS = Math.floor(Date.now() / 1000) * 1000;
const daysAgo = (days: number) => new Date(BEGAN_MS - days * DAY_MS);

type Leavers = Settings["leavers"];
type Place = CommunityInWhop & { first: string; second: string; third: string };

/** A community with three members on its boards, 900, 800 and 700 XP of this week and month. */
async function aPlace(leavers?: Partial<Leavers>): Promise<Place> {
  const { deps, whop } = app();
  const place = aCommunityIn(whop);
  await deps.communities.resolve(place.companyId);
  if (leavers) await choose(place, leavers, new Date(0));
  const [first = "", second = "", third = ""] = Array.from({ length: 3 }, () => whop.world.addUser().id);
  for (const [at, userId] of [first, second, third].entries()) {
    whop.world.join(place.companyId, userId);
    await awardActivities(deps, place.companyId, [anAdjustment(900 - 100 * at, { userId })]);
  }
  await rebuildRanks(deps, place.companyId);
  return { ...place, first, second, third };
}

async function choose({ companyId }: CommunityInWhop, leavers: Partial<Leavers>, validFrom?: Date): Promise<void> {
  const { settings } = await findSettings(app().deps, companyId);
  const changed = { ...settings, leavers: { ...settings.leavers, ...leavers } };
  await changeSettings(app().deps, companyId, { settings: changed, validFrom, by: "user_owner" });
}

const event = (
  { companyId }: CommunityInWhop,
  type: "activated" | "deactivated",
  userId: string,
  more: object = {},
) => ({
  id: `msg_${randomUUID()}`,
  ...{ type: `membership.${type}`, api_version: "v1", timestamp: new Date().toISOString(), company_id: companyId },
  data: { id: "mem_1", status: "active", user: { id: userId }, company: { id: companyId, title: "C" } },
  ...more,
});

const older = (
  { companyId }: CommunityInWhop,
  action: "went_valid" | "went_invalid",
  userId: string,
  more: object = {},
) => ({
  ...{ action: `membership.${action}`, api_version: "v5" },
  data: { id: "mem_1", user_id: userId, page_id: companyId, valid: action === "went_valid", ...more },
});

async function send(body: unknown, form: Form = "standard"): Promise<void> {
  const response = await sendWebhook(app(), body, { form });
  expect([response.status, await response.json()]).toEqual([200, { success: true, received: true }]);
}

const fact = (userId: string, kind: MembershipFact["kind"], occurredAt: Date, membershipId: string | null = "mem_1") =>
  ({ eventId: randomUUID(), membershipId, kind, userId, occurredAt, source: "webhook" }) satisfies MembershipFact;

const leave = ({ companyId }: CommunityInWhop, userId: string, days: number) =>
  recordMembership(app().deps, companyId, [fact(userId, "left", daysAgo(days))]);

/** Who stands on each board, best first, and how many the board says there are. */
async function boards({ companyId }: CommunityInWhop) {
  return Promise.all(
    FILTERS.map(async (filter) => {
      const { leaderboard, total } = await readLeaderboard(app().deps, companyId, { filter, limit: 10 });
      expect([filter, total]).toEqual([filter, leaderboard.length]);
      return leaderboard.map(({ user_id, rank }) => [user_id, rank]);
    }),
  );
}

/** Who is in each of the sets in Redis, once somebody has asked: a busy Redis may have missed a write. */
async function inRedis({ companyId }: CommunityInWhop) {
  await checkRanks(app().deps, companyId);
  const sets = await Promise.all(
    (await currentBoards(app().deps, companyId)).map((board) => readAll(app().deps, rankKey(companyId, board))),
  );
  return sets.map((scores) => scores?.map(({ userId }) => userId).toSorted());
}

const everywhere = (...userIds: string[]) => FILTERS.map(() => userIds.map((userId, at) => [userId, at + 1]));

/** Redis may take longer than anybody waits for it. */
async function soon<T>(read: () => Promise<T>, wanted: T): Promise<void> {
  const until = Date.now() + 20_000;
  let seen = await read();
  while (JSON.stringify(seen) !== JSON.stringify(wanted) && Date.now() < until) {
    await sleep(100);
    seen = await read();
  }
  expect(seen).toEqual(wanted);
}

/** Redis says what Postgres does, and everything stored is what the facts make of it. */
async function expectAllRight(place: Place): Promise<void> {
  await soon(() => checkRanks(app().deps, place.companyId), []);
  for (const userId of [place.first, place.second, place.third]) expect(await differences(place, userId)).toEqual([]);
}

const differences = ({ companyId }: CommunityInWhop, userId: string) =>
  inCommunity(app().deps.db, companyId, async (trx) => checkMember(trx, await readRules(trx, companyId), userId));

async function stored({ companyId }: CommunityInWhop, userId: string) {
  return app()
    .database.owner.selectFrom("users")
    .select(["membership", "left_at", "on_board", "reset_at", "xp", "level"])
    .where("community_id", "=", companyId)
    .where("user_id", "=", userId)
    .executeTakeFirst();
}

const eventsOf = async ({ companyId }: CommunityInWhop, userId: string) =>
  app()
    .database.owner.selectFrom("membership_events")
    .selectAll()
    .where("community_id", "=", companyId)
    .where("user_id", "=", userId)
    .execute();

describe("a member who leaves a community that hides leavers", () => {
  test("is gone from every board at once, the others move up, and is back at once with all XP on return", async () => {
    const place = await aPlace();
    const { first, second, third } = place;
    expect(await boards(place)).toEqual(everywhere(first, second, third));
    await send(event(place, "deactivated", first));
    await soon(
      () => inRedis(place),
      FILTERS.map(() => [second, third].toSorted()),
    );
    expect(await boards(place)).toEqual(everywhere(second, third));
    expect((await readCard(app().deps, place.companyId, first)).rank).toBeNull();
    expect((await readCard(app().deps, place.companyId, third)).rank).toBe(2);
    await expect(readProfile(app().deps, place.companyId, second, first)).rejects.toMatchObject({ code: "not_found" });
    expect(await stored(place, first)).toMatchObject({ membership: "left", on_board: false, xp: 900 });
    await expectAllRight(place);

    await send(event(place, "activated", first));
    await soon(
      () => inRedis(place),
      FILTERS.map(() => [first, second, third].toSorted()),
    );
    expect(await boards(place)).toEqual(everywhere(first, second, third));
    expect((await readCard(app().deps, place.companyId, third)).rank).toBe(3);
    expect(await stored(place, first)).toMatchObject({ membership: "member", left_at: null, on_board: true, xp: 900 });
    await expectAllRight(place);
  });

  test("is gone from the sets in Redis at once, also where nothing else has happened there for long", async () => {
    const place = aCommunityIn(app().whop);
    await app().deps.communities.resolve(place.companyId);
    const put = ["user_a", "user_b", "user_c"].map((userId, at) => ({ userId, xp: 300 - 100 * at }));
    await putMembers(app().database, app().deps, place.companyId, put);
    await rebuildRanks(app().deps, place.companyId);
    await send(event(place, "deactivated", "user_a"));
    await soon(
      () => inRedis(place),
      FILTERS.map(() => ["user_b", "user_c"]),
    );
    expect(await boards(place)).toEqual(everywhere("user_b", "user_c"));
  });

  test("is gone from them also while Redis is away, and when the sets are made anew", async () => {
    const place = await aPlace();
    const { first, second, third } = place;
    app().redis.freeze();
    await send(event(place, "deactivated", second));
    expect(await boards(place)).toEqual(everywhere(first, third));
    app().redis.thaw();
    await rebuildRanks(app().deps, place.companyId);
    expect(await boards(place)).toEqual(everywhere(first, third));
    await expectAllRight(place);
  });

  test("and who had chosen to be hidden stays hidden on return", async () => {
    const place = await aPlace();
    await setVisibility(app().deps, place.companyId, place.first, "hidden");
    await send(event(place, "deactivated", place.first));
    await send(event(place, "activated", place.first));
    expect(await boards(place)).toEqual(everywhere(place.second, place.third));
    await setVisibility(app().deps, place.companyId, place.first, "public");
    expect(await boards(place)).toEqual(everywhere(place.first, place.second, place.third));
    await send(event(place, "deactivated", place.first));
    await setVisibility(app().deps, place.companyId, place.first, "anonymous");
    expect(await boards(place)).toEqual(everywhere(place.second, place.third));
    await expectAllRight(place);
  });
});

describe("a member who leaves", () => {
  test("stands where they stood in a community that keeps leavers", async () => {
    const place = await aPlace({ left: "keep" });
    await send(event(place, "deactivated", place.first));
    expect(await boards(place)).toEqual(everywhere(place.first, place.second, place.third));
    expect(await stored(place, place.first)).toMatchObject({ membership: "left", on_board: true, reset_at: null });
    await expectAllRight(place);
  });

  test("begins anew once they have been away for as long as the community says, and never by coming back in time", async () => {
    const place = await aPlace({ left: "reset", resetAfterDays: 3 });
    const { deps } = app();
    await recordMembership(deps, place.companyId, [fact(place.first, "left", daysAgo(2))]);
    expect(await stored(place, place.first)).toMatchObject({ on_board: false, xp: 900, reset_at: null });
    const hour = fact(place.second, "left", daysAgo(4));
    await recordMembership(deps, place.companyId, [hour, fact(place.second, "joined", daysAgo(3.5))]);
    expect(await stored(place, place.second)).toMatchObject({ membership: "member", xp: 800, reset_at: null });
    await leave(place, place.third, 4);
    const begun = await stored(place, place.third);
    expect(begun).toMatchObject({ membership: "left", on_board: false, reset_at: daysAgo(4) });
    // What they were given a minute ago belongs to the new life.
    expect(begun?.xp).toBe(700);
    await expectAllRight(place);
  });

  test("loses XP, level and rewards that were not sent from before they left, and keeps what was sent", async () => {
    const place = await aPlace({ left: "reset", resetAfterDays: 1 });
    const { deps, database } = app();
    const { id: userId } = app().whop.world.addUser();
    await awardActivities(deps, place.companyId, [anAdjustment(3_800, { userId, occurredAt: daysAgo(9) })]);
    await sql`update rewards set state = 'delivered', delivered_at = now(), delivered_how = 'here'
      where community_id = ${place.companyId} and user_id = ${userId} and level = 5`.execute(database.owner);
    await leave(place, userId, 2);
    expect(await stored(place, userId)).toMatchObject({ xp: 0, level: 1, reset_at: daysAgo(2), on_board: false });
    const { rows } = await sql`select level, state, cancelled_because from rewards
      where community_id = ${place.companyId} and user_id = ${userId} order by level`.execute(database.owner);
    expect(rows).toEqual([
      { level: 5, state: "delivered", cancelled_because: null },
      { level: 10, state: "cancelled", cancelled_because: "level_lost" },
    ]);
    expect(await differences(place, userId)).toEqual([]);
    const { rows: audit } = await sql`select actor_user_id, details ->> 'oldXp' as xp from audit_log
      where community_id = ${place.companyId} and action = 'member.reset' and subject = ${userId}`.execute(
      database.owner,
    );
    expect(audit).toEqual([{ actor_user_id: "wee5", xp: "3800" }]);

    // Whop tells late that they had been back within the day.
    await recordMembership(deps, place.companyId, [fact(userId, "joined", daysAgo(1.5), "mem_2")]);
    expect(await stored(place, userId)).toMatchObject({ membership: "member", xp: 3_800, level: 10, reset_at: null });
    expect(await differences(place, userId)).toEqual([]);
  });

  test("is reset by the job when the time has come, and nobody else is", async () => {
    const place = await aPlace({ left: "reset", resetAfterDays: 3 });
    await leave(place, place.first, 2.9);
    await leave(place, place.second, 1);
    // The same three hours later: nothing tells us of it but the clock.
    await sql`update membership_events set occurred_at = occurred_at - interval '3 hours'
      where community_id = ${place.companyId}`.execute(app().database.owner);
    await sql`update users set left_at = left_at - interval '3 hours'
      where community_id = ${place.companyId} and left_at is not null`.execute(app().database.owner);
    await settleDueResets(app().deps);
    await settleDueResets(app().deps);
    expect(await stored(place, place.first)).toMatchObject({
      reset_at: new Date(daysAgo(2.9).getTime() - 3 * 3_600_000),
    });
    expect(await stored(place, place.second)).toMatchObject({ reset_at: null, xp: 800 });
    await expectAllRight(place);
  });
});

describe("another choice of the community", () => {
  const work = async () => {
    const until = new Date(Date.now() + 60_000);
    await runJobs(app().deps, JOBS, { queueUrl: app().database.ownerUrl, crontab: "", until });
  };

  test("reaches those who are away, by a job, and is told by the boards", async () => {
    const place = await aPlace({ left: "keep" });
    const { first, second, third } = place;
    await send(event(place, "deactivated", first));
    await choose(place, { left: "hide" });
    await work();
    expect(await boards(place)).toEqual(everywhere(second, third));
    await expectAllRight(place);

    await choose(place, { left: "keep" });
    await work();
    expect(await boards(place)).toEqual(everywhere(first, second, third));
    await expectAllRight(place);
  });

  test("for all history reaches those as well who came back meanwhile", async () => {
    const place = await aPlace({ left: "hide" });
    const { id: userId } = app().whop.world.addUser();
    await awardActivities(app().deps, place.companyId, [anAdjustment(500, { userId, occurredAt: daysAgo(20) })]);
    const there = [fact(userId, "left", daysAgo(15)), fact(userId, "joined", daysAgo(8))];
    await recordMembership(app().deps, place.companyId, there);
    await choose(place, { left: "reset", resetAfterDays: 3 });
    await work();
    expect(await stored(place, userId)).toMatchObject({ xp: 500, reset_at: null });
    // The same choice once more, from an earlier day on.
    await choose(place, {}, daysAgo(9));
    await work();
    expect(await stored(place, userId)).toMatchObject({ xp: 0, reset_at: daysAgo(15), membership: "member" });
    expect(await differences(place, userId)).toEqual([]);
  });

  test("of who is banned leaves alone who left, and a change of anything else queues nothing", async () => {
    const place = await aPlace({ left: "hide", banned: "hide" });
    await recordMembership(app().deps, place.companyId, [fact(place.first, "banned", daysAgo(1), null)]);
    await send(event(place, "deactivated", place.second));
    await choose(place, { banned: "keep" });
    await work();
    expect(await boards(place)).toEqual(everywhere(place.first, place.third));
    const queued = async () =>
      Number(
        (
          await sql<{
            n: string;
          }>`select count(*) as n from graphile_worker.jobs where task_identifier = 'settle_leavers'`.execute(
            app().database.owner,
          )
        ).rows[0]?.n,
      );
    const { settings } = await findSettings(app().deps, place.companyId);
    await changeSettings(app().deps, place.companyId, { settings: { ...settings, dailyXpCap: 500 }, by: "user_owner" });
    expect(await queued()).toBe(0);
    await choose(place, { resetAfterDays: 9 });
    expect(await queued()).toBe(1);
    await work();
    await expectAllRight(place);
  });
});

describe("events of a membership", () => {
  test.each<[string, Form, (place: Place, userId: string) => unknown[]]>([
    [
      "Whop's form",
      "standard",
      (place, userId) => [event(place, "deactivated", userId), event(place, "activated", userId)],
    ],
    [
      "Whop's older form",
      "legacy",
      (place, userId) => [older(place, "went_invalid", userId), older(place, "went_valid", userId, { renewed: 1 })],
    ],
  ])("in %s end it and begin it, and the same delivered again changes nothing", async (_, form, said) => {
    const place = await aPlace();
    const [ended, begun] = said(place, place.first);
    await send(ended, form);
    const away = await stored(place, place.first);
    expect(away).toMatchObject({ membership: "left", on_board: false });
    await send(ended, form);
    expect(await stored(place, place.first)).toEqual(away);
    // Signatures of the older form tell time in seconds.
    await sql`update membership_events set occurred_at = occurred_at - interval '2 seconds'
      where community_id = ${place.companyId}`.execute(app().database.owner);
    await send(begun, form);
    await send(ended, form);
    expect(await stored(place, place.first)).toMatchObject({ membership: "member", on_board: true });
    expect(await eventsOf(place, place.first)).toHaveLength(2);
  });

  test("in the owner's form begin one", async () => {
    const place = await aPlace();
    await leave(place, place.first, 1);
    await send(anOwnerEvent(place, { id: "mem_9", userId: place.first }, "membership.created"), "owner");
    expect(await stored(place, place.first)).toMatchObject({ membership: "member", on_board: true });
    expect(await eventsOf(place, place.first)).toMatchObject([
      { kind: "left" },
      { kind: "joined", membership_id: "mem_9" },
    ]);
  });

  test("in any order leave the member as the newest of each says", async () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const place = await aPlace({ left: "reset", resetAfterDays: 1 });
      const at = (seconds: number) => ({ timestamp: new Date(daysAgo(5).getTime() + seconds * 1_000).toISOString() });
      const other = { id: "mem_2", user: { id: place.first }, company: { id: place.companyId } };
      const renewal = [
        event(place, "activated", place.first, at(0)),
        event(place, "deactivated", place.first, at(100)),
        event(place, "activated", place.first, at(103)),
        // Another plan: the new one begins before the old one ends.
        event(place, "activated", place.first, { ...at(200), data: other }),
        event(place, "deactivated", place.first, at(202)),
        event(place, "deactivated", place.second, at(100)),
        event(place, "activated", place.second, at(2 * 86_400)),
        event(place, "deactivated", place.third, at(50)),
      ];
      for (const one of shuffled([...renewal, ...renewal], seed)) await send(one);
      expect([seed, await stored(place, place.first)]).toMatchObject([seed, { membership: "member", reset_at: null }]);
      const [gone, third] = [new Date(daysAgo(5).getTime() + 100_000), new Date(daysAgo(5).getTime() + 50_000)];
      expect([seed, await stored(place, place.second)]).toMatchObject([seed, { membership: "member", reset_at: gone }]);
      expect([seed, await stored(place, place.third)]).toMatchObject([
        seed,
        { membership: "left", left_at: third, reset_at: third },
      ]);
      await expectAllRight(place);
    }
  }, 120_000);

  test("at once, of somebody who has no row here yet too, end as they do one after the other", async () => {
    for (let round = 0; round < 6; round += 1) {
      const place = await aPlace();
      const { id: unknown } = app().whop.world.addUser();
      const at = (seconds: number) => ({ timestamp: new Date(Date.now() - 60_000 + seconds * 1_000).toISOString() });
      await Promise.all(
        [place.first, unknown].flatMap((userId) => [
          send(event(place, "deactivated", userId, at(round % 2))),
          send(event(place, "activated", userId, at(1 - (round % 2)))),
          awardActivities(app().deps, place.companyId, [anAdjustment(10, { userId })]),
        ]),
      );
      const membership = round % 2 === 0 ? "member" : "left";
      expect(await stored(place, place.first)).toMatchObject({ membership, xp: 910, on_board: round % 2 === 0 });
      expect(await stored(place, unknown)).toMatchObject({ membership, xp: 10, on_board: round % 2 === 0 });
      expect(await differences(place, unknown)).toEqual([]);
      await expectAllRight(place);
    }
  }, 120_000);

  test("that begin make no row of somebody who has done nothing; that end do, so that nothing late puts them on a board", async () => {
    const place = await aPlace();
    const { id: userId } = app().whop.world.addUser();
    await recordMembership(app().deps, place.companyId, [fact(userId, "joined", daysAgo(2))]);
    expect(await stored(place, userId)).toBeUndefined();
    await leave(place, userId, 1);
    await awardActivities(app().deps, place.companyId, [anAdjustment(5_000, { userId })]);
    expect(await boards(place)).toEqual(everywhere(place.first, place.second, place.third));
  });
});

test("who deletes their data leaves no event behind, and is a member until something else is known", async () => {
  const place = await aPlace({ left: "reset", resetAfterDays: 1 });
  await leave(place, place.first, 5);
  await recordMembership(app().deps, place.companyId, [fact(place.first, "joined", daysAgo(1))]);
  await eraseMember(app().deps, place.companyId, place.first);
  expect(await eventsOf(place, place.first)).toEqual([]);
  expect(await stored(place, place.first)).toEqual({
    ...{ membership: "member", left_at: null, on_board: true, reset_at: null, xp: 0, level: 1 },
  });
  expect(await boards(place)).toEqual(everywhere(place.second, place.third));
  await expectAllRight(place);
});

test("the doctor finds a membership, a place or a reset that does not follow from the facts, and a repair mends it", async () => {
  const place = await aPlace({ left: "reset", resetAfterDays: 1 });
  await leave(place, place.first, 5);
  await sql`update users set membership = 'member', left_at = null, on_board = true, reset_at = null
    where community_id = ${place.companyId} and user_id = ${place.first}`.execute(app().database.owner);
  const found = (await differences(place, place.first)).map(({ what }) => what);
  expect(found).toEqual(expect.arrayContaining(["membership", "left at", "on the boards", "reset at"]));
  await replayMember(app().deps, place.companyId, place.first, "repair");
  expect(await differences(place, place.first)).toEqual([]);
});

describe("what somebody who is no member any more is told", () => {
  const told = (place: Place, userId: string) => readExMember(app().deps, place.companyId, userId);
  const timeZone = "UTC";

  test("is nothing about who is one, or of whom nothing is known", async () => {
    const place = await aPlace();
    expect(await told(place, place.first)).toBeNull();
    expect(await told(place, "user_nobody")).toBeNull();
  });

  test("is when it ended and what became of their level, as the community has chosen", async () => {
    const place = await aPlace({ left: "keep" });
    await leave(place, place.first, 2);
    const left = { membership: "left", endedAt: daysAgo(2).toISOString(), timeZone, resetsAt: null };
    expect(await told(place, place.first)).toEqual({ ...left, fate: "kept" });
    await choose(place, { left: "hide" });
    expect(await told(place, place.first)).toEqual({ ...left, fate: "off_board" });
    await choose(place, { left: "reset", resetAfterDays: 5 });
    const resetsAt = new Date(daysAgo(2).getTime() + 5 * DAY_MS).toISOString();
    expect(await told(place, place.first)).toEqual({ ...left, fate: "resets", resetsAt });
    await choose(place, { left: "reset", resetAfterDays: 1 });
    expect(await told(place, place.first)).toEqual({ ...left, fate: "reset" });
  });

  test("is the community's newest choice, whichever instance answers", async () => {
    const place = await aPlace({ left: "keep" });
    await leave(place, place.first, 2);
    await withInstances(app().database, 1, async (others) => {
      const elsewhere = { ...app().deps, ...nth(others, 0) };
      const fateThere = async () => (await readExMember(elsewhere, place.companyId, place.first))?.fate;
      expect(await fateThere()).toBe("kept");
      await choose(place, { left: "hide" });
      expect(await fateThere()).toBe("off_board");
    });
  });

  test("and of a ban that it was one", async () => {
    const place = await aPlace();
    await recordMembership(app().deps, place.companyId, [fact(place.first, "banned", daysAgo(1), null)]);
    expect(await told(place, place.first)).toMatchObject({ membership: "banned", fate: "off_board" });
  });
});
