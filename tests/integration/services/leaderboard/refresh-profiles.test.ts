import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import type { Deps } from "@/lib/deps";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { fetchProfile, refreshProfiles } from "@/services/leaderboard/refresh-profiles";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { anApp } from "@/tests/support/app";
import { aCommunity } from "@/tests/support/community";
import { putMembers } from "@/tests/support/leaderboard";

const app = anApp();

/** A community whose members Whop knows, best first. */
async function aCommunityOf(names: string[]): Promise<{ communityId: string; userIds: string[] }> {
  const { database, deps, whop } = app();
  const communityId = await aCommunity(database);
  const userIds = names.map((name) => whop.world.addUser({ name }).id);
  const members = userIds.map((userId, at) => ({ userId, xp: 1_000 - at }));
  await putMembers(database, deps, communityId, members, { names: "unknown" });
  return { communityId, userIds };
}

/** Counts the questions to Whop, and how many are under way at once. */
function counting(deps: Deps): { deps: Deps; asked: string[]; most: () => number } {
  const asked: string[] = [];
  let [now, most] = [0, 0];
  const retrieveUser: Deps["whop"]["retrieveUser"] = async (userId) => {
    asked.push(userId);
    now += 1;
    most = Math.max(most, now);
    try {
      return await deps.whop.retrieveUser(userId);
    } finally {
      now -= 1;
    }
  };
  return { deps: { ...deps, whop: { ...deps.whop, retrieveUser } }, asked, most: () => most };
}

const namesOn = async (communityId: string, deps = app().deps) =>
  (await readLeaderboard(deps, communityId, { filter: "all-time", limit: 100 })).leaderboard.map(({ name }) => name);

async function until<T>(read: () => Promise<T>, isRight: (value: T) => boolean): Promise<T> {
  for (const deadline = Date.now() + 30_000; ; await sleep(25)) {
    const value = await read();
    if (isRight(value) || Date.now() > deadline) return value;
  }
}

test("names that are not known yet are fetched after the answer and shown with the next", async () => {
  const { communityId } = await aCommunityOf(["Anna 🦊", "بلال"]);
  expect(await namesOn(communityId)).toEqual([null, null]);
  const names = await until(
    () => namesOn(communityId),
    (found) => !found.includes(null),
  );
  expect(names).toEqual(["Anna 🦊", "بلال"]);
});

test("a name older than a day is fetched again, a younger one is not", async () => {
  const { communityId, userIds } = await aCommunityOf(["Old", "Young"]);
  const { deps, database, whop } = app();
  for (const userId of userIds) await fetchProfile(deps, communityId, userId);
  await sql`update profiles set fetched_at = now() - interval '25 hours' where user_id = ${userIds[0] ?? ""}`.execute(
    database.owner,
  );
  for (const userId of userIds) {
    const user = whop.world.user(userId);
    if (user) user.name = "Renamed";
  }
  await namesOn(communityId);
  expect(
    await until(
      () => namesOn(communityId),
      ([first]) => first === "Renamed",
    ),
  ).toEqual(["Renamed", "Young"]);
});

test("however often a board is read, each member is asked for once, five at a time and a hundred for one answer", async () => {
  const { communityId, userIds } = await aCommunityOf(Array.from({ length: 130 }, (_, at) => `Member ${at}`));
  const watched = counting(app().deps);
  await Promise.all(Array.from({ length: 8 }, () => refreshProfiles(watched.deps, communityId, userIds.slice(0, 100))));
  expect(watched.asked).toHaveLength(100);
  expect(new Set(watched.asked).size).toBe(100);
  expect(watched.most()).toBe(5);
  const more = counting(app().deps);
  const other = await aCommunityOf(Array.from({ length: 130 }, (_, at) => `Member ${at}`));
  await refreshProfiles(more.deps, other.communityId, other.userIds);
  expect(more.asked).toHaveLength(100);
});

test("members who come just when the queue has run empty are not left in it", async () => {
  const { communityId, userIds } = await aCommunityOf(Array.from({ length: 60 }, (_, at) => `Member ${at}`));
  const { deps } = app();
  const away = async () => {
    throw new Error("Whop is away");
  };
  const watched = counting(deps);
  for (let at = 0; at < 60; at += 6) {
    // Five who end at the same moment, and one more right after.
    void refreshProfiles(
      { ...deps, whop: { ...deps.whop, retrieveUser: away } },
      communityId,
      userIds.slice(at, at + 5),
    );
    for (let turns = -20; turns < at; turns += 1) await Promise.resolve();
    await refreshProfiles(watched.deps, communityId, userIds.slice(at + 5, at + 6));
  }
  await sleep(50);
  expect(watched.asked).toEqual(userIds.filter((_, at) => at % 6 === 5));
});

test("while Whop is away boards answer with what is known, and Whop is not asked about each member", async () => {
  const { communityId, userIds } = await aCommunityOf(Array.from({ length: 40 }, (_, at) => `Member ${at}`));
  const { deps } = app();
  await fetchProfile(deps, communityId, userIds[0] ?? "");
  const asked: string[] = [];
  const retrieveUser: Deps["whop"]["retrieveUser"] = async (userId) => {
    asked.push(userId);
    throw new Error("Whop is away");
  };
  const away: Deps = { ...deps, whop: { ...deps.whop, retrieveUser } };
  expect((await namesOn(communityId, away)).slice(0, 2)).toEqual(["Member 0", null]);
  await refreshProfiles(away, communityId, userIds);
  expect(asked.length).toBeLessThanOrEqual(10);
  await expect(fetchProfile(away, communityId, userIds[0] ?? "")).rejects.toThrow("Whop is away");
});

test("a member Whop no longer knows keeps the name that was known", async () => {
  const { communityId, userIds } = await aCommunityOf(["Gone"]);
  const { deps, database } = app();
  const [userId = ""] = userIds;
  await fetchProfile(deps, communityId, userId);
  await sql`update profiles set fetched_at = now() - interval '2 days' where community_id = ${communityId}`.execute(
    database.owner,
  );
  await fetchProfile({ ...deps, whop: { ...deps.whop, retrieveUser: async () => null } }, communityId, userId);
  expect(await namesOn(communityId)).toEqual(["Gone"]);
  const { rows } = await sql<{
    age: number;
  }>`select extract(epoch from now() - fetched_at)::integer as age from profiles
    where community_id = ${communityId}`.execute(database.owner);
  expect(rows[0]?.age).toBeLessThan(60);
});

test("Whop is not asked about members who are anonymous", async () => {
  const { communityId, userIds } = await aCommunityOf(["Shy", "Open"]);
  const [shy = "", open = ""] = userIds;
  await setVisibility(app().deps, communityId, shy, "anonymous");
  const watched = counting(app().deps);
  await namesOn(communityId, watched.deps);
  await until(
    () => namesOn(communityId),
    ([, name]) => name === "Open",
  );
  expect(watched.asked).toEqual([open]);
});

test("a profile of somebody who is no member here is not stored", async () => {
  const { communityId } = await aCommunityOf(["Anna"]);
  const stranger = app().whop.world.addUser({ name: "Stranger" }).id;
  await fetchProfile(app().deps, communityId, stranger);
  const { rows } = await sql`select 1 from profiles where user_id = ${stranger}`.execute(app().database.owner);
  expect(rows).toEqual([]);
});
