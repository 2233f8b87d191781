import type { Me } from "@/components/member-page/member-page-data";
import { newerMe, withNews } from "@/components/member-page/patch-me";
import type { OwnNews } from "@/services/leaderboard/news";

const progress = { xp: 90, level: 1, rankName: "Newcomer", levelStartsAt: 0, nextLevelAt: 100, lastLevel: null };
const me: Me = {
  card: {
    userId: "user_me",
    name: "Robin",
    username: "robin",
    pictureUrl: null,
    visibility: "public",
    progress,
    rank: 18,
    members: 248,
    rankChange: 3,
    weekXp: 90,
    xpPerDay: 6,
    streak: { days: 2, longest: 4, freezes: 0, isActiveToday: false, isRestDay: false },
    version: 10,
  },
  ladder: { rungs: [], streaks: [], granted: [], isConfirmed: true },
  boosts: [],
  rates: { rates: [], dailyXpCap: null, paused: false, multipliers: { places: [], roles: [] } },
};
const news: OwnNews = {
  version: 11,
  progress: { ...progress, xp: 110, level: 2, levelStartsAt: 100, nextLevelAt: 255 },
  rank: 16,
  weekXp: 110,
  streak: { days: 3, longest: 4, freezes: 0, isActiveToday: true, isRestDay: false },
  activity: null,
};

test("own news fill the card at once: XP, level, rank with the places gained, the week and the streak", () => {
  expect(withNews(me, news).card).toMatchObject({
    progress: { xp: 110, level: 2 },
    rank: 16,
    rankChange: 5,
    weekXp: 110,
    streak: { days: 3, isActiveToday: true },
    version: 11,
    members: 248,
  });
});

test("news that are older than the card change nothing", () => {
  expect(withNews(me, { ...news, version: 9 })).toBe(me);
});

test("the first XP puts one more on the board", () => {
  const newcomer = { ...me, card: { ...me.card, rank: null, rankChange: null } };
  expect(withNews(newcomer, news).card).toMatchObject({ rank: 16, members: 249, rankChange: null });
});

test("an answer that is older than what was heard brings the rewards and keeps the card", () => {
  const known = withNews(me, news);
  const answered = { ...me, ladder: { rungs: [], streaks: [], granted: [], isConfirmed: false } };
  expect(newerMe(known, answered)).toEqual({ ...me, card: known.card, ladder: answered.ladder });
  expect(newerMe(me, known)).toEqual(known);
});

test("what an older server does not tell stays as it was", () => {
  const { rates: _, ...older } = me;
  expect(newerMe(me, older as Me).rates).toBe(me.rates); // as it comes over the network
});
