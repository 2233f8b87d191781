import fc from "fast-check";
import { sql } from "kysely";
import { AppError } from "@/lib/errors";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { type BoardMember, FILTERS, place, putMembers, readPages, sortedBoard } from "@/tests/support/leaderboard";

const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const app = anApp();

const aMember = fc.record({
  /** Few values, below and above the steps of the index, so that many are equal. */
  xp: fc.oneof(fc.integer({ min: -20, max: 6 }), fc.constantFrom(255, 256, 257, 300, 511, 512, 100_000)),
  reachedAt: fc.integer({ min: 0, max: 3 }).map((day) => new Date(Date.UTC(2026, 0, 1 + day, 0, 0, 0, day))),
  visibility: fc.constantFrom("public", "public", "public", "hidden") as fc.Arbitrary<"public" | "hidden">,
});

async function aBoard(
  members: readonly Omit<BoardMember, "userId">[],
): Promise<{ communityId: string; members: BoardMember[] }> {
  const communityId = await aCommunity(app().database);
  // Ids in which bytes and a dictionary order differently.
  const named = members.map((member, at) => ({ userId: `user_${at % 2 ? "a" : "B"}${at}`, ...member }));
  await putMembers(app().database, app().deps, communityId, named);
  return { communityId, members: named };
}

async function adjust(communityId: string, userId: string, amount: number): Promise<void> {
  const activity = aMessage({ userId, action: "adjustment", amount, source: "api" });
  await awardActivities(app().deps, communityId, [activity]);
}

test(`any board, in pages of any size, has the order and ranks of a plain sort (seed ${SEED})`, async () => {
  const scene = fc.tuple(
    fc.array(aMember, { maxLength: 40 }),
    fc.integer({ min: 1, max: 9 }),
    fc.constantFrom(...FILTERS),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(scene, async ([members, limit, filter, isInRedis]) => {
      const board = await aBoard(members);
      if (isInRedis) expect(await rebuildRanks(app().deps, board.communityId)).toBe(true);
      const rows = await readPages(app().deps, board.communityId, { filter, limit });
      expect(rows.map(place)).toEqual(sortedBoard(board.members));
    }),
    { numRuns: 60, seed: SEED },
  );
});

test(`my row and those around it stand as a plain sort has them, from Redis and from Postgres (seed ${SEED})`, async () => {
  const scene = fc.tuple(
    fc.array(aMember, { minLength: 1, maxLength: 30 }),
    fc.nat(),
    fc.integer({ min: 1, max: 8 }),
    fc.constantFrom(...FILTERS),
    fc.boolean(),
  );
  await fc.assert(
    fc.asyncProperty(scene, async ([members, who, around, filter, isInRedis]) => {
      const board = await aBoard(members);
      if (isInRedis) await rebuildRanks(app().deps, board.communityId);
      const me = board.members[who % board.members.length]?.userId ?? "";
      const answer = await readLeaderboard(app().deps, board.communityId, { filter, limit: 1, me: true, around }, me);

      const sorted = sortedBoard(board.members);
      const at = sorted.findIndex(({ userId }) => userId === me);
      expect(answer.me?.rank ?? null).toBe(sorted[at]?.rank ?? null);
      expect(answer.me?.user_id).toBe(me);
      const expected = at < 0 ? [] : sorted.slice(Math.max(0, at - around), at + around + 1);
      expect(answer.around?.map(place)).toEqual(expected);
      if (isInRedis && at > 0 && sorted[at]?.xp !== sorted[0]?.xp) expect(answer.cached).toBe(true);
    }),
    { numRuns: 60, seed: SEED },
  );
});

test("whoever's XP stay the same is met exactly once on the way through 5,000 moving members", async () => {
  const { communityId, members } = await aBoard(
    Array.from({ length: 5_000 }, (_, at) => ({ xp: 1 + ((at * 7_919) % 3_000), reachedAt: new Date(at % 7) })),
  );
  await rebuildRanks(app().deps, communityId);
  const movers = members.filter((_, at) => at % 100 === 0);
  let turn = 0;
  const rows = await readPages(app().deps, communityId, { limit: 200 }, async () => {
    for (const { userId } of movers.slice(turn, turn + 4))
      await adjust(communityId, userId, turn % 8 === 0 ? 2_000 : -400);
    turn += 2;
  });
  const moving = new Set(movers.map(({ userId }) => userId));
  const seen = rows.map(place).filter(({ userId }) => !moving.has(userId));
  const expected = sortedBoard(members).filter(({ userId }) => !moving.has(userId));
  expect(seen.map(({ userId }) => userId)).toEqual(expected.map(({ userId }) => userId));
});

test("two hundred thousand members can be paged through, each once, and anyone's rank is exact", async () => {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  await sql`insert into users (community_id, user_id, xp, xp_bucket, xp_reached_at)
    select ${communityId}, 'user_' || n, xp, xp_bucket_of(xp), now()
    from generate_series(1, 200000) n, lateral (select 1 + (n::bigint * 7919 * n) % 60000 as xp) x`.execute(
    database.owner,
  );
  await sql`insert into profiles (community_id, user_id, name, fetched_at)
    select community_id, user_id, user_id, now() from users where community_id = ${communityId}`.execute(
    database.owner,
  );
  await sql`vacuum analyze users, profiles`.execute(database.owner);
  await rebuildRanks(deps, communityId);
  const rows = await readPages(deps, communityId, { limit: 1_000 });
  expect(new Set(rows.map(({ user_id }) => user_id)).size).toBe(200_000);

  const sample = rows[123_456];
  const { rows: count } = await sql<{ above: number }>`
    select count(*) as above from users where community_id = ${communityId} and xp > ${sample?.xp ?? 0}`.execute(
    database.owner,
  );
  const { me } = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 1, me: true }, sample?.user_id);
  expect(me?.rank).toBe((count[0]?.above ?? 0) + 1);
  expect(sample?.rank).toBe(me?.rank);
}, 300_000);

test("a member who hides leaves the board and the others close ranks, and comes back where they were", async () => {
  const { communityId } = await aBoard([{ xp: 900 }, { xp: 600 }, { xp: 600 }, { xp: 10 }]);
  const { deps } = app();
  await rebuildRanks(deps, communityId);
  const read = async (userId: string) => {
    const answers = FILTERS.map((filter) =>
      readLeaderboard(deps, communityId, { filter, limit: 10, me: true }, userId),
    );
    return (await Promise.all(answers)).map(({ me }) => me?.rank);
  };
  expect(await read("user_a3")).toEqual([4, 4, 4]);
  await setVisibility(deps, communityId, "user_B0", "hidden");
  for (const filter of FILTERS) {
    const rows = await readPages(deps, communityId, { filter, limit: 1 });
    expect(rows.map(place)).toEqual([
      { userId: "user_B2", rank: 1, xp: 600 },
      { userId: "user_a1", rank: 1, xp: 600 },
      { userId: "user_a3", rank: 3, xp: 10 },
    ]);
  }
  expect(await read("user_B0")).toEqual([null, null, null]);
  await setVisibility(deps, communityId, "user_B0", "public");
  expect(await read("user_a3")).toEqual([4, 4, 4]);
  expect(await read("user_B0")).toEqual([1, 1, 1]);
});

test("a member may hide before having done anything, and XP earned then stay off the board", async () => {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  const userId = aUserId();
  await setVisibility(deps, communityId, userId, "hidden");
  await awardActivities(deps, communityId, [aMessage({ userId })]);
  const { leaderboard, me } = await readLeaderboard(
    deps,
    communityId,
    { filter: "all-time", limit: 10, me: true },
    userId,
  );
  expect(leaderboard).toEqual([]);
  expect(me).toMatchObject({ rank: null, xp: 20, visibility: "hidden", user_id: userId });
});

test("an anonymous member keeps the rank under an opaque id, and nothing of who it is is in any answer", async () => {
  const { communityId } = await aBoard([{ xp: 900 }, { xp: 600 }, { xp: 300 }]);
  const { deps, database } = app();
  await sql`update profiles
    set username = 'anna_secret', name = 'Anna Secret', picture_url = 'https://pictures.test/secret.png'
    where community_id = ${communityId} and user_id = 'user_a1'`.execute(database.owner);
  await setVisibility(deps, communityId, "user_a1", "anonymous");
  for (const filter of FILTERS) {
    const answer = await readLeaderboard(deps, communityId, { filter, limit: 2, me: true, around: 5 }, "user_a2x");
    const mine = await readLeaderboard(deps, communityId, { filter, limit: 2, me: true, around: 5 }, "user_B2");
    const opaque = {
      user_id: deps.keyedHash.opaqueId(communityId, "user_a1"),
      rank: 2,
      xp: 600,
      name: null,
      username: null,
      picture_url: null,
    };
    expect(answer.leaderboard[1]).toMatchObject(opaque);
    expect(mine.around?.[1]).toMatchObject(opaque);
    // The page ends with them, so the cursor is theirs.
    for (const { next_cursor } of [answer, mine]) {
      const decoded = Buffer.from(next_cursor ?? "", "base64url").toString("latin1");
      expect(decoded).not.toBe("");
      expect(decoded).not.toContain("user_a1");
    }
    expect(JSON.stringify([answer, mine])).not.toMatch(/user_a1|secret/i);
  }
  const own = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 2, me: true }, "user_a1");
  expect(own.me).toMatchObject({ user_id: "user_a1", name: "Anna Secret", rank: 2, visibility: "anonymous" });
});

test("the caller sees an own row without XP as one without a rank", async () => {
  const { communityId } = await aBoard([{ xp: 5 }]);
  const { me, around } = await readLeaderboard(
    app().deps,
    communityId,
    { filter: "week", limit: 5, me: true, around: 3 },
    "user_new",
  );
  expect(me).toMatchObject({ user_id: "user_new", rank: null, xp: 0, level: 1, visibility: "public" });
  expect(around).toEqual([]);
});

test("debts are shown as nothing", async () => {
  const { communityId } = await aBoard([{ xp: -50 }]);
  const { me } = await readLeaderboard(app().deps, communityId, { filter: "all-time", limit: 5, me: true }, "user_B0");
  expect(me).toMatchObject({ rank: null, xp: 0 });
});

test("a cursor that was altered, or is of another board or community, is refused", async () => {
  const { communityId } = await aBoard([{ xp: 3 }, { xp: 2 }]);
  const other = await aBoard([{ xp: 3 }]);
  const { deps } = app();
  const { next_cursor } = await readLeaderboard(deps, communityId, { filter: "all-time", limit: 1 });
  const cursor = next_cursor ?? "";
  const refused = (community: string, filter: "all-time" | "week", text: string) =>
    expect(readLeaderboard(deps, community, { filter, limit: 1, cursor: text })).rejects.toMatchObject({
      code: "bad_request",
    });
  await expect(readLeaderboard(deps, communityId, { filter: "all-time", limit: 1, cursor })).resolves.toBeDefined();
  await refused(communityId, "all-time", `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`);
  await refused(communityId, "week", cursor);
  await refused(other.communityId, "all-time", cursor);
  await refused(communityId, "all-time", "");
  await expect(readLeaderboard(deps, communityId, { filter: "week", limit: 1, cursor: "A" })).rejects.toThrow(AppError);
});

test("a page that exactly ends the board promises no further one", async () => {
  const { communityId } = await aBoard([{ xp: 3 }, { xp: 2 }]);
  const answer = await readLeaderboard(app().deps, communityId, { filter: "all-time", limit: 2 });
  expect(answer.leaderboard).toHaveLength(2);
  expect(answer.next_cursor).toBeNull();
});
