import fc from "fast-check";
import { type Board, boardOf, nextToPass, type Viewer, withPage } from "@/components/leaderboard/board";
import { patchBoard, patchWithNews } from "@/components/leaderboard/patch-board";
import { competitionRanks } from "@/services/leaderboard/competition-ranks";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";
import type { Leaderboard } from "@/services/leaderboard/read-leaderboard";
import type { BoardRow } from "@/services/leaderboard/show-standing";

const VIEWER: Viewer = { userId: "user_me", opaqueId: "anon_me" };
const WEEK = "2026-11-16";

/** A member of the world that the database knows, and when they came to their XP. */
type Member = { userId: string; xp: number; reachedAt: number };

const standing = (members: readonly Member[]): Member[] =>
  members.filter(({ xp }) => xp > 0).toSorted((one, other) => other.xp - one.xp || one.reachedAt - other.reachedAt);

function rowsOf(members: readonly Member[]): BoardRow[] {
  const ordered = standing(members);
  const ranks = competitionRanks(ordered.map(({ xp }) => xp));
  return ordered.map(({ userId, xp }, at) => rowOf(userId, xp, ranks[at] ?? 0));
}

function rowOf(userId: string, xp: number, rank: number): BoardRow {
  return {
    rank,
    rank_change: null,
    user_id: userId,
    xp,
    level: 1,
    streak_days: 0,
    total_messages: 0,
    total_posts: 0,
    total_reactions: 0,
    name: `Name of ${userId}`,
    username: null,
    picture_url: null,
  };
}

/** What the API answers about a world. */
function answerOf(members: readonly Member[], limit: number, around: number): Leaderboard {
  const rows = rowsOf(members);
  const own = rows.findIndex(({ user_id }) => user_id === VIEWER.userId);
  const page = rows.slice(0, limit);
  return {
    leaderboard: page,
    total: rows.length,
    next_cursor: rows.length > limit ? "cursor" : null,
    me: { ...rowOf(VIEWER.userId, 0, 0), ...rows[own], rank: rows[own]?.rank ?? null, visibility: "public" },
    around: own < 0 ? [] : rows.slice(Math.max(0, own - around), own + around + 1),
    cached: false,
  };
}

let version = 0;
function changeOf(
  userId: string,
  xp: number,
  parts: Partial<Extract<BoardChange, { left?: undefined }>> = {},
): BoardChange {
  version += 1;
  const period = { startsOn: WEEK, xp };
  return {
    memberId: userId,
    version,
    xp,
    level: 1,
    week: period,
    month: { startsOn: "2026-11-01", xp },
    streakDays: 0,
    name: `Name of ${userId}`,
    username: null,
    pictureUrl: null,
    ...parts,
  };
}

const members: fc.Arbitrary<Member[]> = fc
  .array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 14 })
  .map((xps) => xps.map((xp, at) => ({ userId: at === 0 ? VIEWER.userId : `user_${at}`, xp: xp * 10, reachedAt: at })));

/** Who moves, and to how many XP; some have not been there before. */
const moves = fc.array(fc.record({ who: fc.nat(17), xp: fc.integer({ min: 0, max: 14 }).map((xp) => xp * 10) }), {
  maxLength: 12,
});

function moved(world: Member[], { who, xp }: { who: number; xp: number }, at: number): Member[] {
  const userId = who === 0 ? VIEWER.userId : `user_${who}`;
  const before = world.find((member) => member.userId === userId);
  if (before?.xp === xp) return world;
  return [...world.filter((member) => member.userId !== userId), { userId, xp, reachedAt: 1_000 + at }];
}

const shown = (rows: readonly BoardRow[]) => rows.map(({ user_id, xp, rank }) => ({ user_id, xp, rank }));

describe("a board that is patched equals the board that is read anew", () => {
  test("with every member loaded: rows, ranks, total and the reader's own", () => {
    fc.assert(
      fc.property(members, moves, (start, steps) => {
        let world = start;
        let board = boardOf(answerOf(world, 100, 50), "all-time", null);
        steps.forEach((step, at) => {
          world = moved(world, step, at);
          const userId = step.who === 0 ? VIEWER.userId : `user_${step.who}`;
          board = patchBoard(board, [changeOf(userId, step.xp)], VIEWER);
        });
        const truth = answerOf(world, 100, 50);
        expect(shown(board.rows)).toEqual(shown(truth.leaderboard));
        expect(board.total).toBe(truth.total);
        expect([board.me?.xp, board.me?.rank]).toEqual([truth.me?.xp, truth.me?.rank]);
      }),
      { numRuns: 300 },
    );
  });

  test("with some members loaded: the rows are the first of the board, without a gap", () => {
    fc.assert(
      fc.property(members, moves, fc.integer({ min: 1, max: 6 }), (start, steps, limit) => {
        let world = start;
        let board = boardOf(answerOf(world, limit, 2), "all-time", null);
        steps.forEach((step, at) => {
          world = moved(world, step, at);
          const userId = step.who === 0 ? VIEWER.userId : `user_${step.who}`;
          board = patchBoard(board, [changeOf(userId, step.xp)], VIEWER);
        });
        expect(shown(board.rows)).toEqual(shown(rowsOf(world).slice(0, board.rows.length)));
        const left = standing(world).slice(board.rows.length);
        expect(left.every(({ xp }) => xp <= board.rowsDownTo)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test("as long as there is no doubt and nobody loses XP: the reader's rank, and the rows around them", () => {
    fc.assert(
      fc.property(members, moves, fc.integer({ min: 1, max: 3 }), (start, steps, limit) => {
        let world = start;
        let board = boardOf(answerOf(world, limit, 2), "all-time", null);
        steps.forEach((step, at) => {
          const userId = step.who === 0 ? VIEWER.userId : `user_${step.who}`;
          const xp = Math.max(step.xp, world.find((member) => member.userId === userId)?.xp ?? 0);
          world = moved(world, { who: step.who, xp }, at);
          board = patchBoard(board, [changeOf(userId, xp)], VIEWER);
        });
        fc.pre(!board.isDoubtful);
        const truth = answerOf(world, 100, 100);
        expect([board.me?.xp, board.me?.rank]).toEqual([truth.me?.xp, truth.me?.rank]);
        if (!board.around) return;
        const from = truth.leaderboard.findIndex(({ user_id }) => user_id === board.around?.rows[0]?.user_id);
        const there = truth.leaderboard.slice(from, from + board.around.rows.length);
        expect(shown(board.around.rows)).toEqual(shown(there));
      }),
      { numRuns: 500 },
    );
  });
});

describe("a change", () => {
  const world = [300, 200, 100, 50].map((xp, at) => ({
    userId: at === 2 ? VIEWER.userId : `user_${at}`,
    xp,
    reachedAt: at,
  }));
  const board = boardOf(answerOf(world, 10, 2), "all-time", null);

  test("of an earlier week moves nobody on this week's board", () => {
    const week: Board = { ...board, filter: "week", startsOn: WEEK };
    const earlier = changeOf("user_3", 900, { week: { startsOn: "2026-11-09", xp: 900 } });
    expect(patchBoard(week, [earlier], VIEWER)).toBe(week);
  });

  test("of a later week says that this board's time is over", () => {
    const week: Board = { ...board, filter: "week", startsOn: WEEK };
    const later = changeOf("user_3", 900, { week: { startsOn: "2026-11-23", xp: 20 } });
    expect(patchBoard(week, [later], VIEWER)).toMatchObject({ isDoubtful: true, rows: week.rows });
  });

  test("about a reader who is anonymous moves their own row, and keeps their name for them", () => {
    const patched = patchBoard(board, [changeOf("anon_me", 250, { name: null })], VIEWER);
    expect(patched.me).toMatchObject({ user_id: "user_me", xp: 250, rank: 2, name: "Name of user_me" });
    expect(patched.rows.map(({ user_id }) => user_id)).toEqual(["user_0", "user_me", "user_1", "user_3"]);
  });

  test("of who leaves takes their row away and closes the gap", () => {
    const patched = patchBoard(board, [{ memberId: "user_1", version: 9, left: true }], VIEWER);
    expect(shown(patched.rows)).toEqual([
      { user_id: "user_0", xp: 300, rank: 1 },
      { user_id: "user_me", xp: 100, rank: 2 },
      { user_id: "user_3", xp: 50, rank: 3 },
    ]);
    expect(patched.total).toBe(3);
  });

  test("that lifts somebody shows how many places they have gained since the week began", () => {
    const known = { ...board, rows: board.rows.map((row) => ({ ...row, rank_change: 1 })) };
    const patched = patchBoard(known, [changeOf("user_3", 250)], VIEWER);
    expect(patched.rows.map(({ user_id, rank_change }) => [user_id, rank_change])).toEqual([
      ["user_0", 1],
      ["user_3", 3],
      ["user_1", 0],
      ["user_me", 0],
    ]);
  });

  test("of somebody unknown with more XP than the reader, who is far down, is a doubt", () => {
    const many = Array.from({ length: 40 }, (_, at) => ({
      userId: at === 30 ? VIEWER.userId : `user_${at}`,
      xp: 1000 - at * 10,
      reachedAt: at,
    }));
    const far = boardOf(answerOf(many, 5, 2), "all-time", null);
    expect(patchBoard(far, [changeOf("user_35", 655)], VIEWER).isDoubtful).toBe(false);
    expect(patchBoard(far, [changeOf("user_20", 805)], VIEWER).isDoubtful).toBe(true);
    const heard = { ...far, heardOf: new Map([["user_20", 800]]) };
    expect(patchBoard(heard, [changeOf("user_20", 805)], VIEWER)).toMatchObject({
      isDoubtful: false,
      me: { rank: 31 },
    });
  });
});

describe("the reader's own news", () => {
  const world = [300, 200, 100].map((xp, at) => ({
    userId: at === 2 ? VIEWER.userId : `user_${at}`,
    xp,
    reachedAt: at,
  }));
  const news: OwnNews = {
    version: 1,
    progress: { xp: 220, level: 2, rankName: null, levelStartsAt: 100, nextLevelAt: 255, lastLevel: null },
    rank: 2,
    weekXp: 40,
    streak: { days: 3, longest: 4, freezes: 0, isActiveToday: true, isRestDay: false },
    activity: null,
  };

  test("move them on the board of all time and on the week's, each by its own XP", () => {
    const all = boardOf(answerOf(world, 10, 2), "all-time", null);
    expect(patchWithNews(all, news).me).toMatchObject({ xp: 220, rank: 2, level: 2, streak_days: 3 });
    const week: Board = { ...all, filter: "week", startsOn: WEEK };
    expect(patchWithNews(week, news).me).toMatchObject({ xp: 40, rank: 3 });
  });

  test("move nobody while they are hidden", () => {
    const answer = answerOf(world.slice(0, 2), 10, 2);
    const me = { ...rowOf(VIEWER.userId, 100, 0), rank: null, visibility: "hidden" as const };
    const patched = patchWithNews(boardOf({ ...answer, me }, "all-time", null), { ...news, rank: null });
    expect(patched.rows).toHaveLength(2);
    expect(patched.me).toMatchObject({ xp: 220, rank: null });
  });
});

test("a further page adds the rows that follow, and none of them twice", () => {
  const world = Array.from({ length: 6 }, (_, at) => ({ userId: `user_${at}`, xp: 100 - at, reachedAt: at }));
  const board = boardOf(answerOf(world, 3, 2), "all-time", null);
  const rows = rowsOf(world);
  const page = { leaderboard: rows.slice(2), total: 6, next_cursor: null, cached: false };
  expect(shown(withPage(board, page).rows)).toEqual(shown(rows));
});

test("the next to pass is the nearest with more XP, and one XP more than theirs passes them", () => {
  const world = [300, 197, 100, 100].map((xp, at) => ({
    userId: at === 3 ? VIEWER.userId : `user_${at}`,
    xp,
    reachedAt: at,
  }));
  expect(nextToPass(boardOf(answerOf(world, 10, 2), "all-time", null))).toEqual({
    name: "Name of user_1",
    xpMissing: 98,
  });
});
