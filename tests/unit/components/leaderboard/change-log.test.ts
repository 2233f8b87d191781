import { createChangeLog } from "@/components/leaderboard/change-log";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

const gone = (memberId: string, version: number): BoardChange => ({ memberId, version, left: true });
const viewer = { userId: "user_me", opaqueId: "anon_me" };
const news = (version: number): OwnNews => ({
  version,
  progress: { xp: 0, level: 1, rankName: null, levelStartsAt: 0, nextLevelAt: 100, lastLevel: null },
  rank: null,
  weekXp: 0,
  streak: null,
  activity: null,
});

test("an older state that comes late is left out; the same again is taken", () => {
  const log = createChangeLog(viewer);
  expect(log.take([gone("user_1", 5), gone("user_2", 1)])).toHaveLength(2);
  expect(log.take([gone("user_1", 4), gone("user_2", 2), gone("user_1", 5)])).toEqual([
    gone("user_2", 2),
    gone("user_1", 5),
  ]);
});

test("what the board says of the reader is left out when their own news were newer, by either of their names", () => {
  const log = createChangeLog(viewer);
  expect(log.takeOwn(news(7))).toBe(true);
  expect(log.takeOwn(news(6))).toBe(false);
  expect(log.take([gone("user_me", 6), gone("anon_me", 6)])).toEqual([]);
  expect(log.take([gone("user_me", 7)])).toHaveLength(1);
});

test("whoever asked the database is told what was heard since, the latest of each member", () => {
  let clock = 0;
  const log = createChangeLog(viewer, () => clock);
  log.take([gone("user_1", 1), gone("user_2", 1)]);
  clock = 10;
  log.take([gone("user_1", 2)]);
  log.takeOwn(news(3));
  expect(log.since(10)).toEqual({ changes: [gone("user_1", 2)], own: news(3) });
  expect(log.since(11)).toEqual({ changes: [], own: null });
});
