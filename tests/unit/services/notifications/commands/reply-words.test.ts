import type { Card } from "@/services/leaderboard/card";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import {
  boardInWords,
  helpInWords,
  levelInWords,
  PRIVATE,
  rewardsInWords,
} from "@/services/notifications/commands/reply-words";
import type { GrantedReward, Ladder, Rung } from "@/services/rewards/ladder";
import type { Rate } from "@/services/xp/rate";
import { HOSTILE_NAMES } from "@/tests/support/hostile-names";

/** As it reads, without the marks of Markdown. */
const read = (words: string) => words.split("  \n").map((line) => line.replaceAll("**", "").replaceAll("\\", ""));

function aCard(facts: Partial<Card> = {}): Card {
  const progress = {
    xp: 2642,
    level: 8,
    rankName: "Regular",
    levelStartsAt: 2_000,
    nextLevelAt: 3900,
    lastLevel: null,
  };
  const names = { name: "Mia Member", username: "mia", pictureUrl: null };
  const standing = { progress, rank: 4, members: 1214, rankChange: null, weekXp: 320, xpPerDay: null, version: 1 };
  return { userId: "user_mia", visibility: "public", streak: null, ...names, ...standing, ...facts };
}

function aRung(level: number, facts: Partial<Rung> = {}): Rung {
  const standing = { state: "locked" as const, changedAt: null, waitsFor: null, isTriedAgain: false, code: null };
  const reward = { type: "free_days" as const, value: { days: 7 } };
  return { ruleId: `rule_${level}`, level, startsAt: level * 1000, ...reward, ...standing, ...facts };
}

const aLadder = (rungs: Rung[], facts: Partial<Ladder> = {}): Ladder => ({
  rungs,
  streaks: [],
  granted: [],
  isConfirmed: true,
  ...facts,
});

function aRow(facts: Partial<BoardRow> = {}): BoardRow {
  const totals = { total_messages: 0, total_posts: 0, total_reactions: 0, rank_change: null };
  const names = { name: "Nina", username: "nina", picture_url: null };
  return { rank: 1, user_id: "user_nina", xp: 33_905, level: 23, streak_days: 0, ...names, ...totals, ...facts };
}

describe("/mylevel", () => {
  test("says name, level, XP, what is missing, the place among all, the week and the next reward", () => {
    expect(read(levelInWords(aCard(), aLadder([aRung(2, { state: "delivered" }), aRung(10)])))).toEqual([
      "Mia Member · level 8, Regular",
      "2,642 XP, 1,258 XP to level 9",
      "Rank 4 of 1,214, 320 XP this week",
      "Next reward: 7 free days at level 10",
    ]);
  });

  test("of a newcomer says that there is no rank yet, and of no reward where there is none", () => {
    const progress = { xp: 0, level: 1, rankName: null, levelStartsAt: 0, nextLevelAt: 100, lastLevel: null };
    expect(read(levelInWords(aCard({ progress, rank: null, weekXp: 0 }), aLadder([])))).toEqual([
      "Mia Member · level 1",
      "0 XP, 100 XP to level 2",
      "No rank yet, 0 XP this week",
    ]);
  });

  test("of one who has left says that they stand on no board", () => {
    expect(read(levelInWords(aCard({ rank: null }), aLadder([])))[2]).toBe("Not on the board, 320 XP this week");
  });

  test("on the curve's last level says so", () => {
    const progress = { ...aCard().progress, nextLevelAt: null, lastLevel: 8 };
    expect(read(levelInWords(aCard({ progress }), aLadder([])))[1]).toBe("2,642 XP, the last level");
  });

  test("goes by the username where the name shows nothing, and by neither where there is none", () => {
    const [first] = read(levelInWords(aCard({ name: "\u200b\u2060" }), aLadder([])));
    expect(first).toBe("mia · level 8, Regular");
    expect(read(levelInWords(aCard({ name: null, username: null }), aLadder([])))[0]).toBe("Member · level 8, Regular");
  });
});

describe("/leaderboard", () => {
  const rows = [aRow(), aRow({ rank: 2, user_id: "anon_x", name: null, username: null, xp: 20_000, level: 18 })];

  test("says the first with level and XP, the anonymous without a name, and one's own place", () => {
    expect(read(boardInWords(rows, aCard()))).toEqual([
      "1 · Nina · level 23 · 33,905 XP",
      "2 · Hidden member · level 18 · 20,000 XP",
      "You: 4 of 1,214 · level 8 · 2,642 XP",
    ]);
  });

  test("does not say one's own place again where it is among them", () => {
    expect(read(boardInWords([...rows, aRow({ user_id: "user_mia", name: "Mia" })], aCard()))).toHaveLength(3);
  });

  test("says no place of a member without one, nor of one who has left or is not to be seen", () => {
    const progress = { ...aCard().progress, xp: 0 };
    expect(read(boardInWords(rows, aCard({ progress, rank: null }))).at(-1)).toMatch(/^You have no rank yet/);
    expect(read(boardInWords(rows, aCard({ rank: null }))).at(-1)).toBe("You are not on the board.");
    expect(read(boardInWords(rows, null)).at(-1)).toBe(PRIVATE);
  });

  test("of nobody says what to do", () => {
    expect(boardInWords([], aCard())).toMatch(/^Nobody is on the board yet/);
  });
});

describe("/rewards", () => {
  const code = "WEE5SECRET";

  test("says what the member has and where it stands, then what comes next", () => {
    const rungs = [
      aRung(2, { state: "delivered" }),
      aRung(3, { state: "delivered", type: "promo_code", value: { percentOff: 50 }, code }),
      aRung(4, { state: "waiting", waitsFor: "membership", value: { days: 1 } }),
      aRung(5, { state: "sending" }),
      aRung(6, { state: "needs_attention", type: "badge", value: { name: "Early bird" } }),
      ...[10, 20, 30, 40].map((level) => aRung(level)),
    ];
    expect(read(rewardsInWords(aCard(), aLadder(rungs)))).toEqual([
      "Mia Member · rewards",
      "Level 2: 7 free days · delivered",
      "Level 3: 50\u00a0% off · delivered, the code is in WEE5",
      "Level 4: 1 free day · waiting",
      "Level 5: 7 free days · on its way",
      "Level 6: Early bird · being checked",
      "Level 10: 7 free days · 7,358 XP to go",
      "Level 20: 7 free days · to come",
      "Level 30: 7 free days · to come",
    ]);
  });

  test("keeps codes, texts and notes to the member", () => {
    const secret = { code, type: "custom" as const, value: { text: "my private link" } };
    const granted: GrantedReward = {
      ...aRung(0, secret),
      rewardId: "r",
      note: "for your trouble",
      state: "delivered",
      changedAt: "2026-11-21T10:00:00Z",
    };
    const rungs = [aRung(2, { state: "delivered", ...secret }), aRung(9, secret)];
    const words = rewardsInWords(aCard(), aLadder(rungs, { granted: [granted] }));
    expect(words).not.toMatch(/SECRET|private|trouble/);
    expect(read(words)).toContain("From the creator: A reward · delivered");
  });

  test("says that nothing is sent yet where the creator has not confirmed it", () => {
    const lines = read(rewardsInWords(aCard(), aLadder([aRung(2, { state: "due" })], { isConfirmed: false })));
    expect(lines).toContain("Level 2: 7 free days · waiting");
    expect(lines.at(-1)).toMatch(/^Nothing is sent before/);
  });

  test("says so where levels pay nothing, and where all that they pay is beyond the curve's end", () => {
    expect(rewardsInWords(aCard(), aLadder([]))).toBe("Levels pay no rewards here yet.");
    expect(rewardsInWords(aCard(), aLadder([aRung(9, { startsAt: null })]))).toBe("Levels pay no rewards here yet.");
  });
});

describe("/help", () => {
  const aRate = (action: string, minXp: number, maxXp = minXp): Rate => ({
    ...{ action, minXp, maxXp },
    ...{ cooldownSeconds: 60, dailyXpCap: null, minLength: 0 },
  });
  const rates = [aRate("message", 20), aRate("post", 15, 25), aRate("lesson", 0)];

  test("names every command and what earns XP", () => {
    const lines = read(helpInWords({ rates, dailyXpCap: 1000, paused: false }));
    for (const name of ["/mylevel", "/rank", "/level", "/leaderboard", "/top", "/rewards", "/help"])
      expect(lines.join("\n")).toContain(name);
    expect(lines.at(-1)).toBe("What earns XP: message 20 XP, post 15–25 XP, all together at most 1,000 XP a day");
  });

  test("says so where XP is paused, or where nothing earns any", () => {
    expect(read(helpInWords({ rates, dailyXpCap: null, paused: true })).at(-1)).toMatch(/^XP is paused here/);
    expect(read(helpInWords({ rates: [], dailyXpCap: null, paused: false })).at(-1)).toBe("Nothing earns XP here yet.");
  });
});

test.each(HOSTILE_NAMES)("the name %j adds no line, no mark, no mention and no tag to any reply", (name) => {
  const ladder = aLadder([aRung(2, { state: "delivered", type: "badge", value: { name } }), aRung(9)]);
  const card = aCard({ name, username: null });
  const plain = aCard({ name: "Plain", username: null });
  const plainLadder = aLadder([aRung(2, { state: "delivered", type: "badge", value: { name: "Plain" } }), aRung(9)]);
  const pairs = [
    [levelInWords(card, ladder), levelInWords(plain, plainLadder)],
    [rewardsInWords(card, ladder), rewardsInWords(plain, plainLadder)],
    [boardInWords([aRow({ name, username: null })], card), boardInWords([aRow({ name: "Plain" })], plain)],
  ] as const;
  for (const [words, usual] of pairs) {
    expect(words.split("\n")).toHaveLength(usual.split("\n").length);
    const unescaped = words.replace(/\\[^\n]/g, "");
    expect(unescaped.match(/\*/g)).toEqual(usual.match(/\*/g));
    expect(unescaped).not.toMatch(/[<>@`[\]]|[\u202a-\u202e\u2066-\u2069]/);
    expect(words.length).toBeLessThan(2_000);
  }
});

test("no reply praises, shouts or winks", () => {
  const rates = { rates: [], dailyXpCap: null, paused: false };
  const replies = [
    levelInWords(aCard(), aLadder([aRung(9)])),
    boardInWords([aRow()], aCard()),
    rewardsInWords(aCard(), aLadder([aRung(9)])),
    helpInWords(rates),
    PRIVATE,
  ];
  expect(replies.join("\n")).not.toMatch(/!|\p{Extended_Pictographic}/u);
});
