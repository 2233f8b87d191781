import {
  DEFAULT_LEAVERS,
  DEFAULT_STREAKS,
  NO_MULTIPLIERS,
  type Settings,
} from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { type FoldInput, fold, type SettingsVersion } from "@/services/xp/fold";

const RATE = { enabled: true, minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0 };
const SETTINGS: Settings = {
  timeZone: "UTC",
  tier: "free",
  paused: false,
  dailyXpCap: null,
  excludedExperienceIds: [],
  excludedUserIds: [],
  actions: { message: RATE, reaction: { ...RATE, minXp: 5, maxXp: 5 }, post: { ...RATE, minXp: 15, maxXp: 25 } },
  multipliers: NO_MULTIPLIERS,
  streaks: DEFAULT_STREAKS,
  leavers: DEFAULT_LEAVERS,
};
const from = (settings: Partial<Settings>, validFrom = new Date(0), version = 1): SettingsVersion => ({
  version,
  validFrom,
  settings: { ...SETTINGS, ...settings },
});
const start = Date.parse("2026-10-24T12:00:00Z");
const message = (seconds: number, facts: Partial<Activity> = {}): Activity => ({
  activityId: `message:${String(seconds).padStart(6, "0")}`,
  userId: "user_anna",
  action: "message",
  occurredAt: new Date(start + seconds * 1000),
  source: "webhook",
  ...facts,
});
const outcomes = (activities: Activity[], versions = [from({})]) => {
  const state = fold({ communityId: "biz_1", activities, settingsVersions: versions, curve: null });
  return activities.map(({ activityId }) => state.decisions.get(activityId)?.outcome);
};

describe("cooldown", () => {
  test("a message exactly 60 s after a paid one is paid, 59.999 s after it is not", () => {
    expect(outcomes([message(0), message(59.999)])).toEqual(["awarded", "cooldown"]);
    expect(outcomes([message(0), message(60)])).toEqual(["awarded", "awarded"]);
  });

  test("counts from the last paid message, so that 0, 59 and 118 s pay first and last", () => {
    expect(outcomes([message(0), message(59), message(118)])).toEqual(["awarded", "cooldown", "awarded"]);
  });

  test("of one action does not hold back another", () => {
    const reaction = message(1, { activityId: "reaction:1", action: "reaction" });
    expect(outcomes([message(0), reaction])).toEqual(["awarded", "awarded"]);
  });
});

describe("daily caps", () => {
  const capped = [from({ actions: { message: { ...RATE, dailyXpCap: 50 } } })];
  const spread = [0, 100, 200, 300].map((seconds) => message(seconds));

  test("the award that meets the cap pays what is left, the next nothing", () => {
    const state = fold({ communityId: "biz_1", activities: spread, settingsVersions: capped, curve: null });
    expect([...state.decisions.values()].map(({ xp }) => xp)).toEqual([20, 20, 10, 0]);
    expect(outcomes(spread, capped).at(-1)).toBe("daily_cap");
  });

  test("begin anew at midnight of the community's time zone, also on the day of 25 hours", () => {
    // Berlin puts its clocks back on 25 October 2026: that day lasts from 22:00 to 23:00 UTC of the next.
    const berlin = [from({ timeZone: "Europe/Berlin", actions: { message: { ...RATE, dailyXpCap: 20 } } })];
    const at = (time: string) => message(0, { activityId: `message:${time}`, occurredAt: new Date(time) });
    const nights = ["2026-10-24T21:59:00Z", "2026-10-24T22:00:00Z", "2026-10-25T22:59:00Z", "2026-10-25T23:00:00Z"].map(
      at,
    );
    expect(outcomes(nights, berlin)).toEqual(["awarded", "awarded", "daily_cap", "awarded"]);
  });
});

describe("exclusions", () => {
  test.each([
    ["paused", from({ paused: true }), {}],
    ["excluded_member", from({ excludedUserIds: ["user_anna"] }), {}],
    ["excluded_channel", from({ excludedExperienceIds: ["exp_off"] }), { experienceId: "exp_off" }],
    ["disabled", from({ actions: { message: { ...RATE, enabled: false } } }), {}],
    ["disabled", from({ actions: {} }), {}],
    ["self", from({}), { subjectUserId: "user_anna" }],
    ["too_short", from({ actions: { message: { ...RATE, minLength: 5 } } }), { contentLength: 4 }],
  ] as const)("%s pays nothing but is counted", (outcome, version, facts) => {
    const state = fold({
      communityId: "biz_1",
      activities: [message(0, facts)],
      settingsVersions: [version],
      curve: null,
    });
    expect([...state.decisions.values()][0]).toMatchObject({ outcome, xp: 0 });
    expect(state).toMatchObject({ totalMessages: 1, xp: 0 });
  });
});

describe("amounts", () => {
  const post = (id: string) => message(0, { activityId: id, action: "post" });
  const xpOf = (id: string) =>
    fold({ communityId: "biz_1", activities: [post(id)], settingsVersions: [from({})], curve: null }).xp;

  test("of a range are the same at every try, and reach both ends", () => {
    const drawn = Array.from({ length: 300 }, (_, index) => xpOf(`post:${index}`));
    expect(drawn).toEqual(Array.from({ length: 300 }, (_, index) => xpOf(`post:${index}`)));
    expect([Math.min(...drawn), Math.max(...drawn)]).toEqual([15, 25]);
  });

  test("of an adjustment may take the sum below zero, and no cooldown or cap holds it", () => {
    const adjust = message(1, { activityId: "adjustment:1", action: "adjustment", amount: -70 });
    const state = fold({
      communityId: "biz_1",
      activities: [message(0), adjust],
      settingsVersions: [from({ dailyXpCap: 20 })],
      curve: null,
    });
    expect(state).toMatchObject({ xp: -50, level: 1 });
  });
});

describe("settings versions", () => {
  test("hold from their time on; a later version that reaches further back replaces those before it", () => {
    const dearer = from({ actions: { message: { ...RATE, minXp: 30, maxXp: 30 } } }, new Date(start + 100_000), 2);
    const dearest = from({ actions: { message: { ...RATE, minXp: 40, maxXp: 40 } } }, new Date(start + 50_000), 3);
    const activities = [message(0), message(70), message(200)];
    const xp = (versions: SettingsVersion[]) =>
      fold({ communityId: "biz_1", activities, settingsVersions: versions, curve: null }).xp;
    expect(xp([from({}), dearer])).toBe(20 + 20 + 30);
    expect(xp([from({}), dearer, dearest])).toBe(20 + 40 + 40);
  });
});

describe("multipliers", () => {
  const generous = (multipliers: Partial<Settings["multipliers"]>) => [
    from({ multipliers: { ...NO_MULTIPLIERS, ...multipliers } }),
  ];
  const decided = (activities: Activity[], settingsVersions: SettingsVersion[], more: Partial<FoldInput> = {}) => {
    const { decisions } = fold({ communityId: "biz_1", activities, settingsVersions, curve: null, ...more });
    return activities.map(({ activityId }) => {
      const { outcome, baseXp, xp } = decisions.get(activityId) ?? {};
      return [outcome, baseXp, xp];
    });
  };

  test("come after exclusions and before caps, and leave the base amount as it was", () => {
    const versions = generous({ channels: { exp_loud: 150 } });
    const [version] = versions;
    if (version) version.settings = { ...version.settings, dailyXpCap: 50 };
    const loud = [0, 100, 200].map((seconds) => message(seconds, { experienceId: "exp_loud" }));
    expect(decided(loud, versions)).toEqual([
      ["awarded", 20, 30],
      ["awarded", 20, 20],
      ["daily_cap", 20, 0],
    ]);
  });

  test("of zero pay nothing and begin no cooldown", () => {
    const activities = [
      message(0, { experienceId: "exp_quiet" }),
      message(10),
      message(20, { experienceId: "exp_quiet" }),
    ];
    expect(decided(activities, generous({ channels: { exp_quiet: 0 } }))).toEqual([
      ["zero_multiplier", 20, 0],
      ["awarded", 20, 20],
      ["zero_multiplier", 20, 0],
    ]);
  });

  test("of a role are those of the role at the time", () => {
    const roles = [
      { validFrom: new Date(start + 300_000), role: "member" as const },
      { validFrom: new Date(start + 100_000), role: "moderator" as const },
    ];
    const activities = [message(99), message(200), message(300)];
    const xp = decided(activities, generous({ roles: { moderator: 50, member: 200 } }), { roles }).map(
      ([, , paid]) => paid,
    );
    expect(xp).toEqual([40, 10, 40]);
  });

  test("leave adjustments alone", () => {
    const adjustment = message(0, {
      activityId: "adjustment:1",
      action: "adjustment",
      amount: 7,
      experienceId: "exp_loud",
    });
    expect(decided([adjustment], generous({ channels: { exp_loud: 0 } }))).toEqual([["awarded", 7, 7]]);
  });
});

describe("a reset", () => {
  const opening: FoldInput["opening"] = {
    xp: 500,
    totalMessages: 9,
    totalPosts: 0,
    totalReactions: 0,
    xpReachedAt: new Date(start - 2_000_000),
    lastActivityAt: new Date(start - 2_000_000),
    lastPaidAt: new Map([["message", new Date(start - 10_000)]]),
    days: new Map(),
    closedBefore: new Date(start - 5_000),
    activeDays: ["2026-10-23"],
  };
  const state = (resetAt: Date | null) =>
    fold({
      communityId: "biz_1",
      activities: [message(0), message(100), message(200)],
      settingsVersions: [from({})],
      curve: null,
      opening,
      resetAt,
    });

  test("leaves out what happened before it and the opening balance; the moment itself is in", () => {
    const after = state(new Date(start + 100_000));
    expect([...after.decisions.values()].map(({ outcome, xp }) => [outcome, xp])).toEqual([
      ["reset", 0],
      ["awarded", 20],
      ["awarded", 20],
    ]);
    expect(after).toMatchObject({ xp: 40, totalMessages: 2, streak: { days: 1, day: "2026-10-24" } });
    expect([...after.days.values()]).toEqual([{ activities: 2, paid: 2, xp: 40 }]);
  });

  test("without one, or with one from before the edge, the opening balance counts", () => {
    expect(state(null)).toMatchObject({ xp: 540, totalMessages: 12, streak: { days: 2 } });
    expect(state(new Date(start - 6_000))).toMatchObject({ xp: 540, totalMessages: 12 });
  });

  test("at the edge itself leaves the opening balance out, with the cooldown that reached over it", () => {
    expect(state(new Date(start - 5_000))).toMatchObject({ xp: 60, totalMessages: 3 });
  });
});

describe("a streak", () => {
  const versions = [
    from({ timeZone: "America/New_York", streaks: { ...DEFAULT_STREAKS, milestones: [{ days: 2, xp: 50 }] } }),
  ];
  const dayMessages = [0, 86_400].map((seconds) => message(seconds));

  test("pays its bonus as an activity of its day, outside caps and cooldowns, and moves no last activity", () => {
    const capped = versions.map((version) => ({ ...version, settings: { ...version.settings, dailyXpCap: 20 } }));
    const state = fold({ communityId: "biz_1", activities: dayMessages, settingsVersions: capped, curve: null });
    expect(state).toMatchObject({
      xp: 90,
      lastActivityAt: dayMessages[1]?.occurredAt,
      xpReachedAt: dayMessages[1]?.occurredAt,
      streak: { days: 2, day: "2026-10-25", longest: 2, freezes: 0 },
    });
    expect(state.decisions.get("streak_bonus:user_anna:2026-10-25:2")).toEqual({
      outcome: "awarded",
      baseXp: 50,
      xp: 50,
      settingsVersion: 1,
      day: "2026-10-25",
    });
    expect(state.days.get("2026-10-25/streak_bonus")).toEqual({ activities: 1, paid: 1, xp: 50 });
  });

  test("over the edge of the retention goes on, and its bonus of a closed month is not paid twice", () => {
    const opening = (activeDays: string[], closedBefore: string): FoldInput["opening"] => ({
      xp: 70,
      totalMessages: 1,
      totalPosts: 0,
      totalReactions: 0,
      xpReachedAt: null,
      lastActivityAt: null,
      lastPaidAt: new Map(),
      days: new Map(),
      closedBefore: new Date(closedBefore),
      activeDays,
    });
    const folded = (activities: Activity[], with_: FoldInput["opening"]) =>
      fold({
        communityId: "biz_1",
        userId: "user_anna",
        activities,
        settingsVersions: versions,
        curve: null,
        opening: with_,
      });
    expect(folded(dayMessages, opening(["2026-10-22", "2026-10-23"], "2026-10-24T04:00:00Z"))).toMatchObject({
      xp: 110,
      streak: { days: 4 },
    });
    expect(folded(dayMessages, opening(["2026-10-23"], "2026-10-24T04:00:00Z"))).toMatchObject({ xp: 160 });
    expect(folded([], opening(["2026-10-23", "2026-10-24"], "2026-11-01T00:00:00Z"))).toMatchObject({
      xp: 70,
      streak: { days: 2 },
    });
  });
});
