import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { syncFromWhop } from "@/services/sync";
import { awardActivities } from "@/services/xp/award-activity";
import { type AllOptions, allOf, differencesIn } from "@/tests/support/all-of-community";
import { anApp } from "@/tests/support/app";
import { aMessage, anAdjustment } from "@/tests/support/community";
import { shuffled } from "@/tests/support/instances";
import { aDayOf, aStage, DAY_MS, type Happening, happen, type Stage } from "@/tests/support/simulated-day";
import { makeDue } from "@/tests/support/sync";

const SEED = Number(process.env.PROPERTY_SEED ?? 20_261_121);
const RACES = Number(process.env.PROPERTY_RACES ?? 2);
const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TICK_MS = HOUR_MS;
/** A webhook's signature holds for five minutes of the clock, which runs in leaps here. */
const LEAP_MS = 2 * MINUTE_MS;

const MEMBERS = 12;

/** The day has been: Postgres has a clock of its own, and takes nothing from the future. */
const begins = Math.floor(Date.now() / TICK_MS) * TICK_MS - 33 * HOUR_MS;
let clock = begins;
const app = anApp({ now: () => new Date(clock) });

/** With all of Whop's limit: a day is lived in seconds here. */
const deps = (): Deps => ({
  ...app().deps,
  whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
});

beforeAll(() => app().whop.webhooks.setUrl(`${app().url}/api/webhook`));

/** A zone with which midnight comes at that moment of the day. */
function zoneWithMidnightAt(moment: number): string {
  const hours = Math.round((DAY_MS - (moment % DAY_MS)) / HOUR_MS) % 24;
  const ahead = hours <= 12 ? hours : hours - 24;
  // In these names, as in POSIX, west is plus.
  return ahead === 0 ? "Etc/GMT" : `Etc/GMT${ahead > 0 ? "-" : "+"}${Math.abs(ahead)}`;
}

const EVENING = {
  id: "evening",
  name: "Evening",
  percent: 150,
  startsAt: new Date(begins + 9 * HOUR_MS).toISOString(),
  endsAt: new Date(begins + 13 * HOUR_MS).toISOString(),
};

function theRules(settings: Settings, timeZone: string, { withReactions }: { withReactions: boolean }): Settings {
  const rate = (name: string, patch: object) =>
    ({ ...settings.actions[name], ...patch }) as Settings["actions"][string];
  return {
    ...settings,
    timeZone,
    // A reaction that is seen later than it was given may find the day's cap used up by something else.
    dailyXpCap: withReactions ? null : 260,
    // For the same reason no boost that begins or ends: something that holds all day long.
    multipliers: withReactions
      ? { channels: {}, roles: { member: 150 }, boosts: [] }
      : { channels: {}, roles: {}, boosts: [EVENING] },
    streaks: { ...settings.streaks, milestones: [{ days: 2, xp: 30 }] },
    actions: {
      ...settings.actions,
      message: rate("message", { dailyXpCap: 170, minLength: 3 }),
      // Drawn from the id, which Whop chooses: not the same in two communities.
      post: rate("post", { minXp: 20, maxXp: 20 }),
      comment: rate("comment", { enabled: true, minXp: 10, maxXp: 10 }),
      // It carries no time, so one that is seen late may fall together with another.
      reaction: rate("reaction", { enabled: true, cooldownSeconds: 0 }),
      reaction_received: rate("reaction_received", { enabled: true, cooldownSeconds: 0 }),
    },
  };
}

/** The community as it stands when the day begins: known to us, with a yesterday, and some shortly before a level that pays. */
async function prepare(userIds: readonly string[], timeZone: string, withReactions: boolean): Promise<Stage> {
  const { db } = app().deps;
  const stage = aStage(app().whop.world, userIds);
  const { companyId } = stage;
  await inCommunity(db, companyId, (trx) => sql`select ensure_community(${companyId}, 'A community')`.execute(trx));
  await sql`insert into sync_communities (community_id, counts_from) values (${companyId}, ${new Date(begins)})`.execute(
    app().database.owner,
  );
  const { settings } = await findSettings({ db }, companyId);
  const version = {
    settings: theRules(settings, timeZone, { withReactions }),
    validFrom: new Date(0),
    by: "user_owner",
  };
  await changeSettings({ db }, companyId, version);
  const before = userIds.flatMap((userId, n) => {
    const at = (ms: number, what: string) => ({ userId, occurredAt: new Date(begins - ms), activityId: what });
    const spoke = aMessage(at(20 * HOUR_MS, `message:before ${userId}`));
    return [
      ...(n % 3 === 0 ? [spoke] : []),
      ...(n % 2 === 0 ? [anAdjustment(700, at(30 * HOUR_MS, `adjustment:before ${userId}`))] : []),
    ];
  });
  await awardActivities({ db }, companyId, before);
  return stage;
}

const sync = async ({ companyId }: Stage) => {
  await makeDue(app().database, companyId);
  await syncFromWhop(deps(), { communityId: companyId });
};

/** Lives the day in all of them at once. `isDown` says where the app hears and asks nothing. */
async function live(
  stages: readonly Stage[],
  day: readonly Happening[],
  isDown: (stage: Stage, at: number) => boolean,
): Promise<void> {
  const { world, webhooks } = app().whop;
  let next = 0;
  // Long enough after its end that the last deletion has been looked for.
  for (clock = begins; clock <= begins + DAY_MS + 90 * MINUTE_MS; clock += LEAP_MS) {
    for (let one = day[next]; one !== undefined && one.at <= clock; one = day[++next]) {
      for (const stage of stages) happen(world, stage, one, { deliver: !isDown(stage, one.at) });
    }
    await webhooks.settled();
    if ((clock - begins) % TICK_MS !== 0) continue;
    for (const stage of stages) if (!isDown(stage, clock)) await sync(stage);
  }
}

const everything = (stage: Stage, options: AllOptions) => allOf(app().database, deps(), stage, options);

/** Without the moments at which they were reached: those of reactions are when we saw them. */
const numbers: AllOptions = { withMoments: false };

/** What is gone when the app is back it can never have seen: nothing is deleted while it is away. */
const deletedAfter = (day: readonly Happening[], from: number, until: number): Happening[] =>
  day
    .map((one) => (one.kind === "deletion" && one.at >= from && one.at < until ? { ...one, at: until } : one))
    .sort((one, other) => one.at - other.at);

const people = () => Array.from({ length: MEMBERS }, (_, n) => app().whop.world.addUser({ name: `Member ${n}` }).id);

describe("three hours of outage inside a day, then the sync", () => {
  test.each([SEED])(
    "leave every number and every moment as the same day without outage, also over midnight (seed %i)",
    async (seed) => {
      const begun = begins + (4 + (seed % 14)) * HOUR_MS;
      const until = begun + 3 * HOUR_MS;
      const timeZone = zoneWithMidnightAt(begun + 90 * MINUTE_MS);
      const options = { begins, members: MEMBERS, messages: 100, posts: 20, reactions: 0, deletions: 6 };
      const day = deletedAfter(aDayOf(seed, options), begun, until + 40 * MINUTE_MS);
      const userIds = people();
      const [away, there] = [await prepare(userIds, timeZone, false), await prepare(userIds, timeZone, false)];

      await live([away, there], day, (stage, at) => stage === away && at >= begun && at < until);

      expect(await missedBy(away)).toBeGreaterThan(5);
      expect(await everything(away, { withMoments: true })).toEqual(await everything(there, { withMoments: true }));
      expect(await differencesIn(app().database, away.companyId)).toEqual([]);
    },
    240_000,
  );

  test(`leave every number as the same day without outage where there are reactions and likes, whose time is when they are seen (seed ${SEED})`, async () => {
    const begun = begins + (4 + (SEED % 14)) * HOUR_MS;
    const until = begun + 3 * HOUR_MS;
    const timeZone = zoneWithMidnightAt(begun - 6 * HOUR_MS);
    const options = { begins, members: MEMBERS, messages: 70, posts: 14, reactions: 50, deletions: 6 };
    const day = deletedAfter(aDayOf(SEED, options), begun, until + 40 * MINUTE_MS);
    const userIds = people();
    const [away, there] = [await prepare(userIds, timeZone, true), await prepare(userIds, timeZone, true)];

    await live([away, there], day, (stage, at) => stage === away && at >= begun && at < until);

    expect(await missedBy(away)).toBeGreaterThan(5);
    expect(await everything(away, numbers)).toEqual(await everything(there, numbers));
    expect(await differencesIn(app().database, away.companyId)).toEqual([]);
  }, 240_000);

  /** What only the sync has told of the chat. */
  async function missedBy({ companyId }: Stage): Promise<number> {
    const { rows } = await sql<{ count: number }>`select count(*)::integer as count from activity_log
      where community_id = ${companyId} and source = 'sync' and action in ('message', 'reaction')`.execute(
      app().database.owner,
    );
    return rows[0]?.count ?? 0;
  }
});

describe("webhooks and the sync, of the same things at the same time,", () => {
  test.each(Array.from({ length: RACES }, (_, n) => SEED + n))(
    "count each once and pay what webhooks alone would have paid (seed %i)",
    async (seed) => {
      const timeZone = zoneWithMidnightAt(begins - HOUR_MS);
      const options = { begins, members: MEMBERS, messages: 50, posts: 8, reactions: 50, deletions: 4 };
      const day = aDayOf(seed, options);
      const userIds = people();
      const [raced, twin] = [await prepare(userIds, timeZone, true), await prepare(userIds, timeZone, true)];
      const { world, webhooks } = app().whop;
      clock = begins + DAY_MS + HOUR_MS;

      for (const one of day) if (one.kind !== "deletion") happen(world, twin, one, { deliver: true });
      await webhooks.settled();

      // Whop remembers at once and tells in its own time, so some is read before it is told of and some while it is.
      const first = day.filter(({ kind }) => kind !== "deletion");
      const parts = [
        first.slice(0, first.length / 3),
        first.slice(first.length / 3, first.length / 2),
        first.slice(first.length / 2),
      ];
      for (const part of parts) {
        for (const one of part) happen(world, raced, one, { deliver: true });
        await Promise.all([webhooks.settled(), sync(raced), bothAtOnce(raced, seed)]);
        clock += 5 * MINUTE_MS;
      }
      await later([raced, twin]);
      for (const one of day) {
        if (one.kind === "deletion") for (const stage of [raced, twin]) happen(world, stage, one, { deliver: true });
      }
      await later([raced, twin]);
      expect(await everything(raced, numbers)).toEqual(await everything(twin, numbers));
      expect(await differencesIn(app().database, raced.companyId)).toEqual([]);
    },
    120_000,
  );

  /** Long enough that what is only looked at each hour has been looked at: likes of comments, all of a chat. */
  async function later(stages: readonly Stage[]): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      clock += 61 * MINUTE_MS;
      for (const stage of stages) await sync(stage);
    }
  }

  /** Another worker that takes the same community at the same time: the lease lets one in, and which is no matter. */
  const bothAtOnce = async (stage: Stage, seed: number) => {
    for (const _ of shuffled([1, 2, 3], seed)) await sync(stage);
  };
});
