import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { readCard } from "@/services/leaderboard/read-card";
import { syncFromWhop } from "@/services/sync";
import { awardActivities } from "@/services/xp/award-activity";
import { allOf, differencesIn } from "@/tests/support/all-of-community";
import { anApp } from "@/tests/support/app";
import { anAdjustment } from "@/tests/support/community";
import { eventually } from "@/tests/support/realtime";
import { aStage, DAY_MS, type Happening, happen, type Stage } from "@/tests/support/simulated-day";
import { makeDue } from "@/tests/support/sync";

const HOUR_MS = 3_600_000;
/** A rank may be two seconds behind. */
const WAIT_MS = 20_000;
/** Noon of a day that is over, in UTC; Postgres has a clock of its own. */
const noon = (daysAgo: number) => Math.floor(Date.now() / DAY_MS) * DAY_MS - daysAgo * DAY_MS + 12 * HOUR_MS;

const [AUTHOR, READER, RIVAL] = [0, 1, 2] as const;

let clock = noon(1);
const app = anApp({ now: () => new Date(clock) });

const deps = (): Deps => ({
  ...app().deps,
  whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
});

const post = (name: string, at: number, by: number = AUTHOR): Happening => ({
  kind: "post",
  name,
  at,
  by,
  content: `This is ${name}`,
});
const comment = (name: string, on: string, at: number, by: number): Happening => ({
  kind: "comment",
  name,
  on,
  at,
  by,
  content: "Well said",
});
const message = (name: string, at: number, by: number = AUTHOR): Happening => ({
  kind: "message",
  name,
  at,
  by,
  chat: 0,
  content: `This is ${name}`,
});
const like = (on: string, at: number, by: number): Happening => ({ kind: "like", on, at, by });

function theRules(settings: Settings): Settings {
  const rate = (name: string, patch: object) =>
    ({ ...settings.actions[name], ...patch }) as Settings["actions"][string];
  return {
    ...settings,
    timeZone: "UTC",
    streaks: { ...settings.streaks, milestones: [{ days: 2, xp: 15 }] },
    actions: {
      ...settings.actions,
      message: rate("message", { dailyXpCap: 40 }),
      post: rate("post", { minXp: 20, maxXp: 20, dailyXpCap: 40 }),
      comment: rate("comment", { enabled: true, minXp: 10, maxXp: 10, dailyXpCap: 10 }),
      reaction: rate("reaction", { cooldownSeconds: 0 }),
      reaction_received: rate("reaction_received", { enabled: true, cooldownSeconds: 0 }),
    },
  };
}

/** A community with three people: the author is 30 XP short of level 5, which pays; the rival has a little more. */
async function prepare(userIds: readonly string[]): Promise<Stage> {
  const { db } = app().deps;
  const { owner } = app().database;
  const stage = aStage(app().whop.world, userIds);
  const { companyId } = stage;
  await inCommunity(db, companyId, (trx) => sql`select ensure_community(${companyId}, 'A community')`.execute(trx));
  const countsFrom = new Date(noon(5));
  await sql`insert into sync_communities (community_id, counts_from) values (${companyId}, ${countsFrom})`.execute(
    owner,
  );
  await sql`insert into reward_rules (community_id, streak_days, type, value)
    values (${companyId}, 3, 'free_days', '{"days": 1}')`.execute(owner);
  const { settings } = await findSettings({ db }, companyId);
  await changeSettings({ db }, companyId, { settings: theRules(settings), validFrom: new Date(0), by: "user_owner" });
  const before = (who: number, xp: number) =>
    anAdjustment(xp, {
      userId: userIds[who],
      occurredAt: new Date(noon(4)),
      activityId: `adjustment:${userIds[who]}`,
    });
  await awardActivities({ db }, companyId, [before(AUTHOR, 700), before(RIVAL, 770)]);
  return stage;
}

const people = () => ["Ava", "Rita", "Rob"].map((name) => app().whop.world.addUser({ name }).id);

/** The sync as it comes by again and again: also to what it only looks at each hour. */
async function syncForHours(stage: Stage): Promise<void> {
  for (let round = 0; round < 2; round += 1) {
    clock += 61 * 60_000;
    await makeDue(app().database, stage.companyId);
    await syncFromWhop(deps(), { communityId: stage.companyId });
  }
}

const everything = (stage: Stage) => allOf(app().database, deps(), stage, { withMoments: true });

/** A row whose activity was taken out stays, and is nothing. */
const counted = (lines: string[]) => lines.filter((line) => !line.includes(": reversed 0 0 "));

const CASES: { what: string; before: Happening[]; deleted: Happening[]; after: Happening[] }[] = [
  {
    what: "two posts: one alone on its day, one before others that the cap had crowded out",
    before: [message("the first", noon(3))],
    deleted: [post("lonely post", noon(2)), post("early post", noon(1))],
    after: [
      post("second", noon(1) + HOUR_MS),
      post("third", noon(1) + 2 * HOUR_MS),
      message("later", noon(1) + 3 * HOUR_MS, RIVAL),
    ],
  },
  {
    what: "a message before others that the cap and the cooldown had crowded out",
    before: [post("the first", noon(3)), post("the second", noon(2))],
    deleted: [message("early message", noon(1))],
    after: [
      message("too soon", noon(1) + 30_000),
      message("in time", noon(1) + 2 * 60_000),
      message("over the cap", noon(1) + 4 * 60_000),
    ],
  },
  {
    what: "a comment before another that the cap had crowded out",
    before: [post("the first", noon(3)), post("of the reader", noon(2), READER)],
    deleted: [comment("early comment", "of the reader", noon(2) + HOUR_MS, AUTHOR)],
    after: [comment("over the cap", "of the reader", noon(2) + 2 * HOUR_MS, AUTHOR), post("last", noon(1))],
  },
];

beforeEach(() => {
  clock = noon(1) + 4 * HOUR_MS;
});

test.each(CASES)(
  "what is deleted at Whop leaves XP, level, streak, rewards, roll-ups and boards as if it had never been: $what",
  async ({ before, deleted, after }) => {
    const userIds = people();
    const [stage, twin] = [await prepare(userIds), await prepare(userIds)];
    const { world } = app().whop;
    for (const one of [...before, ...deleted, ...after]) happen(world, stage, one, { deliver: false });
    for (const one of [...before, ...after]) happen(world, twin, one, { deliver: false });
    await syncForHours(stage);
    await syncForHours(twin);
    const asItWas = await everything(stage);
    expect(counted(asItWas)).not.toEqual(await everything(twin));

    for (const one of deleted)
      if ("name" in one) happen(world, stage, { kind: "deletion", on: one.name, at: clock, by: 0 }, { deliver: false });
    await syncForHours(stage);

    expect(counted(await everything(stage))).toEqual(await everything(twin));
    expect(await differencesIn(app().database, stage.companyId)).toEqual([]);
  },
);

test("the level that only a deleted post had reached is lost, with its reward and that of the streak; the honest post that it had crowded out is paid", async () => {
  const userIds = people();
  const stage = await prepare(userIds);
  const { world } = app().whop;
  const { before, deleted, after } = CASES[0] as (typeof CASES)[number]; // the table above begins with it
  for (const one of [...before, ...deleted, ...after]) happen(world, stage, one, { deliver: false });
  await syncForHours(stage);
  await eventually("a rank that has followed", async () => (await standing(stage)).rank === 1, WAIT_MS);
  expect(await standing(stage)).toEqual({
    xp: 795, // 700 + 20 + (20 + 15) + (20 + 20 + 0)
    level: 5,
    streak: [3, 3],
    rewards: ["due level 5", "due streak 3"],
    rank: 1,
    third: "daily_cap",
  });

  for (const name of ["lonely post", "early post"])
    happen(world, stage, { kind: "deletion", on: name, at: clock, by: 0 }, { deliver: false });
  await syncForHours(stage);
  await eventually("a rank that has followed", async () => (await standing(stage)).rank === 2, WAIT_MS);
  expect(await standing(stage)).toEqual({
    xp: 760, // 700 + 20 + 20 + 20
    level: 4,
    streak: [1, 1],
    rewards: ["cancelled level 5", "cancelled streak 3"],
    rank: 2,
    third: "awarded",
  });
});

test("who liked a deleted post keeps what they did; its author loses what the likes had brought, and its comments go with it", async () => {
  const userIds = people();
  const [stage, twin] = [await prepare(userIds), await prepare(userIds)];
  const { world } = app().whop;
  const kept = [post("kept", noon(2)), like("kept", noon(2) + HOUR_MS, READER)];
  const gone = [
    post("gone", noon(1)),
    comment("below it", "gone", noon(1) + HOUR_MS, RIVAL),
    like("gone", noon(1), READER),
  ];
  for (const one of [...kept, ...gone]) happen(world, stage, one, { deliver: false });
  for (const one of kept) happen(world, twin, one, { deliver: false });
  await syncForHours(stage);
  await syncForHours(twin);
  happen(world, stage, { kind: "deletion", on: "gone", at: clock, by: 0 }, { deliver: false });
  await syncForHours(stage);

  const [left, right] = [await everything(stage), await everything(twin)];
  const of = (lines: string[], who: number) => counted(lines).filter((line) => line.startsWith(`member ${who}: `));
  // When a like was seen is not the same in the two; when they were paid is all that differs.
  const withoutReached = (lines: string[]) =>
    lines.filter((line) => !line.includes("xpReachedAt")).map((line) => line.replace(/ \S+Z$/, ""));
  for (const who of [AUTHOR, RIVAL]) expect(withoutReached(of(left, who))).toEqual(withoutReached(of(right, who)));
  expect(of(left, READER)).toContainEqual(expect.stringMatching(/^member 1: reaction:\S+:gone: awarded 5 5 /));
  expect(await differencesIn(app().database, stage.companyId)).toEqual([]);
});

async function standing({ companyId, userIds, ids }: Stage) {
  const { owner } = app().database;
  const userId = userIds[AUTHOR] ?? "";
  const card = await readCard(deps(), companyId, userId);
  const user = await owner
    .selectFrom("users")
    .select(["xp", "level", "streak_days", "streak_longest"])
    .where("community_id", "=", companyId)
    .where("user_id", "=", userId)
    .executeTakeFirstOrThrow();
  const rewards = await owner
    .selectFrom("rewards")
    .select(["state", "level", "streak_days"])
    .where("community_id", "=", companyId)
    .where("user_id", "=", userId)
    .orderBy("level")
    .execute();
  const third = await owner
    .selectFrom("activities")
    .select("outcome")
    .where("community_id", "=", companyId)
    .where("activity_id", "=", `post:${ids.get("third")}`)
    .executeTakeFirstOrThrow();
  return {
    xp: user.xp,
    level: user.level,
    streak: [user.streak_days, user.streak_longest],
    rewards: rewards.map(
      ({ state, level, streak_days }) => `${state} ${level === null ? `streak ${streak_days}` : `level ${level}`}`,
    ),
    rank: card.rank,
    third: third.outcome,
  };
}
