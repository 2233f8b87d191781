import {
  DEFAULT_LEAVERS,
  DEFAULT_STREAKS,
  NO_MULTIPLIERS,
  type Settings,
} from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { fold, type SettingsVersion } from "@/services/xp/fold";

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
