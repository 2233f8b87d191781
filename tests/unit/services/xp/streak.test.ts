import fc from "fast-check";
import { DEFAULT_STREAKS, type Settings } from "@/services/communities/settings.schema";
import { startOfDay } from "@/services/xp/calendar";
import { dayAfter, NO_STREAK, type RulesAt, type StreakRules, streakNow, streakOf } from "@/services/xp/streak";
import { shuffled } from "@/tests/support/instances";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 300);

const rules = (streaks: Partial<Settings["streaks"]> = {}, rest: Partial<StreakRules> = {}): StreakRules => ({
  timeZone: "UTC",
  paused: false,
  ...rest,
  streaks: { ...DEFAULT_STREAKS, freezeEveryDays: 0, milestones: [], ...streaks },
});

const always =
  (...given: Parameters<typeof rules>): RulesAt =>
  () =>
    rules(...given);

/** Each with the moment from which it holds. */
const changing =
  (first: StreakRules, ...later: [from: string, rules: StreakRules][]): RulesAt =>
  (at) =>
    later.findLast(([from]) => new Date(from) <= at)?.[1] ?? first;

const FIRST = "2026-03-01";
const dayNumber = (n: number) => new Date(Date.parse(`${FIRST}T00:00:00Z`) + n * 86_400_000).toISOString().slice(0, 10);
const march = (...days: number[]) => days.map((day) => `2026-03-${String(day).padStart(2, "0")}`);

describe("a streak", () => {
  test("counts days in a row, whatever order they come in and however often", () => {
    expect(streakOf("user_a", march(3, 1, 2, 3, 1), always())).toMatchObject({
      days: 3,
      day: "2026-03-03",
      longest: 3,
    });
  });

  test("begins anew after a missed day, and remembers its longest run", () => {
    expect(streakOf("user_a", march(1, 2, 3, 5), always())).toMatchObject({ days: 1, day: "2026-03-05", longest: 3 });
  });

  test("is nothing without a day", () => {
    expect(streakOf("user_a", [], always())).toEqual({ ...NO_STREAK, bonuses: [] });
  });

  test("goes over the end of a month and a leap day", () => {
    expect(streakOf("user_a", ["2028-02-28", "2028-02-29", "2028-03-01"], always()).days).toBe(3);
  });

  test("pays a milestone at the start of the day in the community's time zone, each time it is reached", () => {
    const settings = rules({ milestones: [{ days: 2, xp: 50 }] }, { timeZone: "Asia/Tokyo" });
    expect(streakOf("user_a", march(1, 2, 3, 5, 6), () => settings).bonuses).toEqual([
      {
        activityId: "streak_bonus:user_a:2026-03-02:2",
        day: "2026-03-02",
        days: 2,
        xp: 50,
        occurredAt: new Date("2026-03-01T15:00:00Z"),
      },
      {
        activityId: "streak_bonus:user_a:2026-03-06:2",
        day: "2026-03-06",
        days: 2,
        xp: 50,
        occurredAt: new Date("2026-03-05T15:00:00Z"),
      },
    ]);
  });

  test("pays no milestone of no XP, and of two for the same days the greater one", () => {
    const none = always({ milestones: [{ days: 2, xp: 0 }] });
    expect(streakOf("user_a", march(1, 2), none).bonuses).toEqual([]);
    const twice = always({
      milestones: [
        { days: 2, xp: 10 },
        { days: 2, xp: 30 },
      ],
    });
    expect(streakOf("user_a", march(1, 2), twice).bonuses.map(({ xp }) => xp)).toEqual([30]);
  });

  test("goes by the rules in force when the day begins furthest east, not by later ones", () => {
    const changes = changing(rules(), ["2026-03-01T10:00:00Z", rules({ milestones: [{ days: 2, xp: 5 }] })]);
    expect(streakOf("user_a", march(1, 2), changes).bonuses).toHaveLength(1);
    const later = changing(rules(), ["2026-03-01T10:00:01Z", rules({ milestones: [{ days: 2, xp: 5 }] })]);
    expect(streakOf("user_a", march(1, 2), later).bonuses).toHaveLength(0);
  });

  test("equals a count that walks the calendar day by day", () => {
    const setting = fc.record({
      freezeEveryDays: fc.integer({ min: 0, max: 5 }),
      maxFreezes: fc.integer({ min: 0, max: 3 }),
      pauses: fc.array(
        fc
          .tuple(fc.nat(59), fc.nat(4))
          .map(([from, length]) => ({ from: dayNumber(from), to: dayNumber(from + length) })),
        { maxLength: 3 },
      ),
      milestones: fc
        .uniqueArray(fc.integer({ min: 2, max: 12 }), { maxLength: 3 })
        .map((all) => all.map((days) => ({ days, xp: days * 10 }))),
    });
    // Mostly active, so that long runs and short gaps are common.
    const calendar = fc.array(fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, fc.boolean()), {
      minLength: 1,
      maxLength: 60,
    });
    fc.assert(
      fc.property(setting, calendar, fc.nat(), (streaks, isActive, seed) => {
        const days = isActive.flatMap((active, n) => (active ? [dayNumber(n)] : []));
        const { bonuses, ...streak } = streakOf("user_a", shuffled(days, seed), always(streaks));
        const counted = countNaively(isActive, rules(streaks).streaks);
        expect({ ...streak, bonuses: bonuses.map(({ day, days: at, xp }) => [day, at, xp]) }).toEqual(counted);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Every day of the calendar in turn, active or not, with nothing of the code under test. */
function countNaively(isActive: readonly boolean[], streaks: Settings["streaks"]) {
  const state = { days: 0, day: null as string | null, longest: 0, freezes: 0, missed: 0 };
  const bonuses: [string, number, number][] = [];
  isActive.forEach((active, n) => {
    const day = dayNumber(n);
    if (!active) {
      if (!streaks.pauses.some((pause) => pause.from <= day && day <= pause.to)) state.missed += 1;
      return;
    }
    if (state.missed > state.freezes) {
      state.days = 0;
      state.freezes = 0;
    } else if (state.day !== null) state.freezes -= state.missed;
    state.missed = 0;
    state.days += 1;
    state.day = day;
    state.longest = Math.max(state.longest, state.days);
    if (streaks.freezeEveryDays > 0 && state.days % streaks.freezeEveryDays === 0) {
      state.freezes = Math.min(state.freezes + 1, streaks.maxFreezes);
    }
    const milestone = streaks.milestones.find(({ days }) => days === state.days);
    if (milestone) bonuses.push([day, state.days, milestone.xp]);
  });
  const { missed: _, ...streak } = state;
  return { ...streak, bonuses };
}

describe("a streak today", () => {
  const three = { days: 3, day: "2026-03-10", longest: 8, freezes: 1 };

  test.each([
    ["on its last day it runs, and today is done", "2026-03-10", { days: 3, freezes: 1, isActiveToday: true }],
    ["the day after it waits for today", "2026-03-11", { days: 3, freezes: 1, isActiveToday: false }],
    ["a day later a freeze has stood in", "2026-03-12", { days: 3, freezes: 0, isActiveToday: false }],
    ["two days later it has broken", "2026-03-13", { days: 0, freezes: 0, isActiveToday: false }],
    ["a day that lies before it, after a move west, changes nothing", "2026-03-09", { days: 3, isActiveToday: true }],
  ])("%s", (_what, today, expected) => {
    expect(streakNow(three, always(), today)).toMatchObject({ longest: 8, ...expected });
  });

  test("days of a pause are not missed, and today may be one of them", () => {
    const pause = always({ pauses: [{ from: "2026-03-11", to: "2026-03-20" }] });
    expect(streakNow(three, pause, "2026-03-20")).toMatchObject({ days: 3, freezes: 1, isRestDay: true });
    expect(streakNow(three, pause, "2026-03-21")).toMatchObject({ days: 3, freezes: 1, isRestDay: false });
    expect(streakNow(three, pause, "2026-03-23")).toMatchObject({ days: 0 });
  });

  test("while XP are paused no day is missed", () => {
    const paused = changing(
      rules(),
      ["2026-03-11T06:00:00Z", rules({}, { paused: true })],
      ["2026-03-14T06:00:00Z", rules()],
    );
    expect(streakNow(three, paused, "2026-03-13")).toMatchObject({ days: 3, freezes: 1, isRestDay: true });
    // Paused at its beginning, or in its middle: both are enough.
    expect(streakNow(three, paused, "2026-03-15")).toMatchObject({ days: 3, freezes: 1, isRestDay: false });
  });

  test("days without streaks are not missed, and on such a day there is none to show", () => {
    const off = changing(
      rules(),
      ["2026-03-10T06:00:00Z", rules({ enabled: false })],
      ["2026-03-14T06:00:00Z", rules()],
    );
    expect(streakNow(three, off, "2026-03-12")).toBeNull();
    expect(streakNow(three, off, "2026-03-15")).toMatchObject({ days: 3, freezes: 1 });
    expect(streakOf("user_a", march(9, 10, 12, 15), off)).toMatchObject({ days: 3, day: "2026-03-15" });
  });

  test("says on each day what the next active day would make of it", () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.nat(20), { minLength: 1 }), fc.nat(6), fc.nat(3), (active, wait, every) => {
        const rulesAt = always({ freezeEveryDays: every, maxFreezes: 2 });
        const days = active.map(dayNumber);
        const streak = streakOf("user_a", days, rulesAt);
        const today = dayNumber(Math.max(...active) + 1 + wait);
        const next = streakOf("user_a", [...days, today], rulesAt);
        expect(next.days).toBe((streakNow(streak, rulesAt, today)?.days ?? Number.NaN) + 1);
      }),
      { numRuns: RUNS },
    );
  });
});

describe("the start of a day", () => {
  test.each([
    ["UTC", "2026-03-01", "2026-03-01T00:00:00Z"],
    ["Pacific/Kiritimati", "2026-03-01", "2026-02-28T10:00:00Z"],
    ["Asia/Kathmandu", "2026-03-01", "2026-02-28T18:15:00Z"],
    ["Europe/Berlin", "2026-03-29", "2026-03-28T23:00:00Z"],
    ["Europe/Berlin", "2026-03-30", "2026-03-29T22:00:00Z"],
    // Its midnight does not exist: the first moment is one o'clock.
    ["America/Santiago", "2025-09-07", "2025-09-07T04:00:00Z"],
    // Its midnight strikes twice: the second, as Postgres has it.
    ["America/Havana", "2025-11-02", "2025-11-02T05:00:00Z"],
    ["Australia/Lord_Howe", "2025-10-05", "2025-10-04T13:30:00Z"],
  ])("%s, %s", (timeZone, day, expected) => {
    expect(startOfDay(timeZone, day)).toEqual(new Date(expected));
  });
});

test("the day after one is the next of the calendar", () => {
  expect([dayAfter("2026-12-31"), dayAfter("2028-02-28"), dayAfter("2026-02-28")]).toEqual([
    "2027-01-01",
    "2028-02-29",
    "2026-03-01",
  ]);
});
