import { sql } from "kysely";
import { createDatabase } from "@/lib/db/database";
import { type Deps, setDeps } from "@/lib/deps";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { type ActionRate, Settings } from "@/services/communities/settings.schema";
import { countVisit } from "@/services/members/note-visit";
import { deliverAfterAward } from "@/services/notifications/deliver-soon";
import { anApp } from "@/tests/support/app";
import { storedMember } from "@/tests/support/community";
import { openLivePage } from "@/tests/support/live";
import { eventually } from "@/tests/support/realtime";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp({ realtime: true });
const SOON_MS = 20_000;
const VISIT: ActionRate = {
  enabled: true,
  minXp: 10,
  maxXp: 10,
  cooldownSeconds: 0,
  dailyXpCap: null,
  minLength: 0,
};

afterEach(() => setDeps(app().deps));

/** A community that pays for visits, unless said otherwise. */
async function aPlace(visit: Partial<ActionRate> = {}, more: Partial<Settings> = {}): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  const { deps } = app();
  await deps.communities.resolve(place.experienceId);
  const { settings } = await findSettings(deps, place.companyId);
  const actions = { ...settings.actions, daily_visit: { ...VISIT, ...visit } };
  const changed = Settings.parse({ ...settings, ...more, actions });
  await changeSettings(deps, place.companyId, { settings: changed, validFrom: new Date(0), by: place.ownerId });
  return place;
}

const open = ({ experienceId }: CommunityInWhop, as: string) =>
  app().call(`/api/me?experienceId=${experienceId}`, { as });

async function visitsOf(userId: string) {
  const { rows } = await sql<{ activityId: string; outcome: string; xp: number }>`
    select activity_id as "activityId", outcome, xp from activities
    where action = 'daily_visit' and user_id = ${userId} order by activity_id`.execute(app().database.owner);
  return rows;
}

/** An instance of the app of its own: what another one has seen it knows through Redis and Postgres only. */
async function withInstance<T>(change: Partial<Deps>, work: (deps: Deps) => Promise<T>): Promise<T> {
  const db = createDatabase(app().database.appUrl, { max: 4 });
  try {
    return await work({ ...app().deps, db, ...change });
  } finally {
    await db.destroy();
  }
}

/** Without the function that every award goes through. */
async function withoutAwards<T>(work: () => Promise<T>): Promise<T> {
  const { owner } = app().database;
  const rename = (from: string, to: string) =>
    sql`alter function ${sql.raw(from)}(text, integer, jsonb) rename to ${sql.raw(to)}`.execute(owner);
  await rename("award_activities", "award_activities_gone");
  try {
    return await work();
  } finally {
    await rename("award_activities_gone", "award_activities");
  }
}

const eventuallyVisited = async (userId: string, count: number) => {
  for (const until = Date.now() + SOON_MS; (await visitsOf(userId)).length < count; ) {
    if (Date.now() > until) throw new Error(`No ${count} visits within ${SOON_MS} ms.`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
};

test("twenty page views at once, in several instances of the app, pay once", async () => {
  const place = await aPlace();
  const visitor = { communityId: place.companyId, userId: place.memberId };
  const answers = Promise.all(Array.from({ length: 10 }, () => open(place, place.memberId)));
  const instances = [1, 2].map(() =>
    withInstance({}, (deps) =>
      Promise.all(Array.from({ length: 5 }, () => countVisit(deps, visitor, deliverAfterAward))),
    ),
  );
  await Promise.all(instances);
  expect((await answers).map(({ status }) => status)).toEqual(Array(10).fill(200));
  await eventuallyVisited(place.memberId, 1);
  expect(await visitsOf(place.memberId)).toEqual([
    { activityId: expect.stringMatching(/:\d{4}-\d\d-\d\d$/), outcome: "awarded", xp: 10 },
  ]);
  expect(await storedMember(app().database, place.companyId, place.memberId)).toMatchObject({ xp: 10 });
});

test("the page that a visit begins with is told of its XP", async () => {
  // On a busy machine Redis may count as away just then, and nobody is told: then another member's is.
  for (let tries = 5; ; tries -= 1) {
    const place = await aPlace();
    const page = await openLivePage(app(), place, place.memberId);
    expect((await (await open(place, place.memberId)).json()).card.progress.xp).toBe(0);
    const isTold = eventually("the member's own news", () => page.news().some(({ activity }) => activity?.xp === 10));
    if (tries > 1 && (await isTold.then(() => false).catch(() => true))) continue;
    await isTold;
    expect(page.news().at(-1)).toMatchObject({ progress: { xp: 10 }, activity: { action: "daily_visit" } });
    expect((await (await open(place, place.memberId)).json()).card.progress.xp).toBe(10);
    return;
  }
});

test("a moderator's visit counts like a member's, and a stranger's not at all", async () => {
  const place = await aPlace();
  expect((await open(place, place.moderatorId)).status).toBe(200);
  await eventuallyVisited(place.moderatorId, 1);
  expect((await open(place, place.strangerId)).status).toBe(404);
  expect((await open(place, place.memberId)).status).toBe(200);
  await eventuallyVisited(place.memberId, 1);
  expect(await visitsOf(place.strangerId)).toEqual([]);
});

test("where visits do not count nothing is written, not even that there was one", async () => {
  const place = await aPlace({ enabled: false });
  expect((await open(place, place.memberId)).status).toBe(200);
  const other = await aPlace();
  expect((await open(other, other.memberId)).status).toBe(200);
  await eventuallyVisited(other.memberId, 1);
  expect(await visitsOf(place.memberId)).toEqual([]);
});

test("a visit before midnight and one after it, where the community is, are two", async () => {
  const place = await aPlace({}, { timeZone: "Pacific/Kiritimati" });
  const hours14 = 14 * 3_600_000;
  const midnight = Math.floor((Date.now() + hours14) / 86_400_000) * 86_400_000 - hours14;
  const at = (ms: number) => ({ ...app().deps, now: () => new Date(midnight + ms) });
  for (const ms of [-2_000, -1, 0, 1_000]) {
    setDeps(at(ms));
    expect((await open(place, place.memberId)).status).toBe(200);
    await eventuallyVisited(place.memberId, ms < 0 ? 1 : 2);
  }
  const days = (await visitsOf(place.memberId)).map(({ activityId, xp }) => [activityId.slice(-10), xp]);
  const dayOf = (ms: number) => new Date(midnight + hours14 + ms).toISOString().slice(0, 10);
  expect(days).toEqual([
    [dayOf(-1), 10],
    [dayOf(0), 10],
  ]);
});

test("a visit that could not be counted disturbs nobody, and the next page of the day counts it", async () => {
  const place = await aPlace();
  const visitor = { communityId: place.companyId, userId: place.memberId };
  await withInstance({}, async (deps) => {
    await withoutAwards(async () => {
      await expect(countVisit(deps, visitor, deliverAfterAward)).rejects.toThrow("award_activities");
      expect((await open(place, place.memberId)).status).toBe(200);
    });
    expect(await visitsOf(place.memberId)).toEqual([]);
    await countVisit(deps, visitor, deliverAfterAward);
    expect(await visitsOf(place.memberId)).toMatchObject([{ outcome: "awarded" }]);
  });
});

test("who has been counted today is written no more: neither by the instance that did it, nor by one that Redis tells", async () => {
  const place = await aPlace();
  const visitor = { communityId: place.companyId, userId: place.memberId };
  const onAward = jest.fn();
  await withInstance({}, async (deps) => {
    await countVisit(deps, visitor, onAward);
    await withoutAwards(async () => {
      await countVisit(deps, visitor, onAward);
      await withInstance({}, (other) => countVisit(other, visitor, onAward));
    });
  });
  expect(onAward).toHaveBeenCalledTimes(1);
});

test("without Redis, or with one that remembers another day, a second instance pays nothing more", async () => {
  const place = await aPlace();
  const visitor = { communityId: place.companyId, userId: place.memberId };
  const onAward = jest.fn();
  const away: Deps["redis"] = { ...app().deps.redis, run: async () => ({ ok: false }) };
  await withInstance({ redis: away }, (deps) => countVisit(deps, visitor, onAward));
  await app().deps.redis.run("set", (redis) =>
    redis.set(`visit:{${place.companyId}}:${place.memberId}`, `daily_visit:${place.memberId}:2001-01-01`),
  );
  await withInstance({}, (deps) => countVisit(deps, visitor, onAward));
  expect(onAward).toHaveBeenCalledTimes(1);
  expect(await visitsOf(place.memberId)).toHaveLength(1);
});
