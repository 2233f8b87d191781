import { changeOf, draftOf, fieldOf, problemsOf } from "@/components/dashboard/rules/rules-draft";
import type { Rules } from "@/services/communities/rules.schema";
import { DEFAULT_LEAVERS, DEFAULT_STREAKS } from "@/services/communities/settings.schema";

const rate = { enabled: true, minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0 };
const RULES: Rules = {
  actions: { message: rate, post: { ...rate, minXp: 15, maxXp: 25 } },
  dailyXpCap: null,
  paused: false,
  excludedExperienceIds: ["exp_off"],
  excludedUserIds: ["user_bot"],
  multipliers: { channels: { exp_wins: 150 }, roles: { moderator: 200 }, boosts: [] },
  streaks: DEFAULT_STREAKS,
  leavers: DEFAULT_LEAVERS,
};
const draft = draftOf(RULES);

test("what was not touched is not sent", () => {
  expect(changeOf(draft, RULES)).toEqual({});
});

test("of the actions those are sent that change, and one number is an amount from it to itself", () => {
  const actions = { ...draft.actions, message: { ...rate, minXp: 30, maxXp: null } };
  expect(changeOf({ ...draft, actions }, RULES)).toEqual({ actions: { message: { ...rate, minXp: 30, maxXp: 30 } } });
});

test("a channel that pays nothing stays excluded with what is changed beside it, until it pays again", () => {
  const roles = { ...draft.roles, moderator: 100, admin: 50 };
  expect(changeOf({ ...draft, roles }, RULES)).toEqual({
    multipliers: { channels: { exp_wins: 150 }, roles: { admin: 50 }, boosts: [] },
  });
  const channels = { ...draft.channels, exp_off: 120 };
  expect(changeOf({ ...draft, channels }, RULES)).toEqual({
    multipliers: { channels: { exp_wins: 150, exp_off: 120 }, roles: { moderator: 200 }, boosts: [] },
    excludedExperienceIds: [],
  });
  const { exp_off: _gone, ...without } = draft.channels;
  expect(changeOf({ ...draft, channels: without }, RULES)).toEqual({
    multipliers: RULES.multipliers,
    excludedExperienceIds: [],
  });
});

test("streaks that are switched off keep what is not seen then", () => {
  const streaks = { ...draft.streaks, enabled: false, freezeEveryDays: null, pauses: [{ from: "", to: "" }] };
  expect(changeOf({ ...draft, streaks }, RULES)).toEqual({ streaks: { ...DEFAULT_STREAKS, enabled: false } });
  expect(problemsOf({ ...draft, streaks })).toEqual({});
});

test("a cap of the day that is switched off is none, and the number is there again when it is switched on", () => {
  const cap = { isLimited: true, xp: 400 };
  expect(changeOf({ ...draft, cap }, RULES)).toEqual({ dailyXpCap: 400 });
  const limited = { ...RULES, dailyXpCap: 400 };
  const off = { ...draftOf(limited), cap: { isLimited: false, xp: 400 } };
  expect(changeOf(off, limited)).toEqual({ dailyXpCap: null });
});

test.each<[string, Partial<typeof draft>, string]>([
  ["an amount that is none", { actions: { message: { ...rate, minXp: null, maxXp: null } } }, "actions.message.minXp"],
  ["an amount upside down", { actions: { message: { ...rate, minXp: 9, maxXp: 8 } } }, "actions.message.minXp"],
  ["a factor that is none", { channels: { exp_wins: null } }, "channels.exp_wins"],
  ["a cap that is none", { cap: { isLimited: true, xp: null } }, "cap.xp"],
  [
    "two milestones on a day",
    { streaks: { ...draft.streaks, milestones: [7, 7].map((days) => ({ days, xp: 1 })) } },
    "streaks.milestones.1",
  ],
  [
    "a pause that ends before it begins",
    { streaks: { ...draft.streaks, pauses: [{ from: "2026-12-27", to: "2026-12-24" }] } },
    "streaks.pauses.0",
  ],
  ["days away that are none", { leavers: { ...draft.leavers, resetAfterDays: null } }, "leavers.resetAfterDays"],
])("%s is in the way, at its field", (_, part, field) => {
  expect(Object.keys(problemsOf({ ...draft, ...part }))).toEqual([field]);
});

test.each([
  ["actions.message.maxXp", "actions.message.minXp"],
  ["actions.message.cooldownSeconds", "actions.message.cooldownSeconds"],
  ["multipliers.channels.exp_wins", "channels.exp_wins"],
  ["multipliers.boosts.0.endsAt", "boosts.first"],
  ["streaks.milestones.2.days", "streaks.milestones.2"],
  ["dailyXpCap", "cap.xp"],
])("the API's %s is the page's %s", (path, field) => {
  const boost = { id: "first", name: "B", percent: 200, startsAt: "", endsAt: "" };
  expect(fieldOf(path, { ...draft, boosts: { first: boost } })).toBe(field);
});
