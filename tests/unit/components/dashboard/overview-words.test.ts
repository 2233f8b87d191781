import { axisMarks } from "@/components/dashboard/axis";
import {
  activityInWords,
  changeInWords,
  growthInWords,
  levelsInWords,
  unpaidInWords,
} from "@/components/dashboard/overview-words";
import { formatsOf } from "@/components/ui/formats";
import type { Overview } from "@/services/analytics/overview";

const formats = formatsOf("en");
const day = { day: "2026-11-21", messages: 57, reactions: 33, others: 10, before: 80 };
const overview: Overview = {
  days: 30,
  timeZone: "UTC",
  members: 100,
  activeMembers: { now: 60, before: 50 },
  xp: { now: 2_000, before: 1_000 },
  messages: { now: 57, before: 40 },
  newMembers: { now: 3, before: 0 },
  byDay: [day],
  byLevel: [
    { level: 1, members: 40 },
    { level: 2, members: 45 },
    { level: 3, members: 15 },
  ],
  activities: 100,
  unpaid: 25,
  reasons: [
    { outcome: "cooldown", activities: 20 },
    { outcome: "too_short", activities: 5 },
  ],
  estimatedFrom: null,
  newestActivityAt: "2026-11-21T10:00:00.000Z",
};

test.each<[Overview["activeMembers"], string]>([
  [{ now: 60, before: 50 }, "More members were active than in the 30 days before."],
  [{ now: 40, before: 50 }, "Fewer members were active than in the 30 days before."],
  [{ now: 50, before: 50 }, "As many members were active as in the 30 days before."],
  [{ now: 50, before: 0 }, "Nobody had been active in the 30 days before."],
  [{ now: 0, before: 50 }, "Nobody was active in the last 30 days."],
])("the first sentence tells how many were active: %j", (activeMembers, words) => {
  expect(growthInWords({ activeMembers, days: 30 })).toBe(words);
});

test.each<[number, number, string | null]>([
  [112, 100, "+12\u00a0%"],
  [88, 100, "−12\u00a0%"],
  [100, 100, "±0\u00a0%"],
  [1001, 1000, "±0\u00a0%"],
  [5, 0, null],
  [5, -20, null],
])("a change from %d before is only said where there is something to compare with", (now, before, words) => {
  expect(changeInWords({ now, before }, formats)).toBe(words);
});

test("the days' title names what most of the activity is", () => {
  expect(activityInWords(overview, formats)).toBe("Most of the activity is messages: 57\u00a0%");
  const byDay = [{ ...day, messages: 10, others: 57 }];
  expect(activityInWords({ ...overview, byDay }, formats)).toContain("posts and comments: 57");
  expect(activityInWords({ ...overview, activities: 0 }, formats)).toBe("No activity in the last 30 days");
});

test("no kind is called most of it that is less than half", () => {
  const byDay = [{ ...day, messages: 40, reactions: 35, others: 25 }];
  expect(activityInWords({ ...overview, byDay }, formats)).toBe("Messages lead: 40\u00a0% of the activity");
});

test("the levels' title claims most only for more than half of the members", () => {
  expect(levelsInWords(overview)).toBe("Level 2 has the most members");
  expect(levelsInWords({ ...overview, members: 80 })).toBe("Most members are at level 2");
  expect(levelsInWords({ members: 7, byLevel: [{ level: 4, members: 7 }] })).toBe("All members are at level 4");
  expect(levelsInWords({ members: 0, byLevel: [] })).toBe("Nobody has a level yet");
});

test.each<[number, string]>([
  [0, "Every activity paid"],
  [0.5, "Hardly any activity paid nothing, mostly the cooldown"],
  [10, "One activity in ten paid nothing, mostly the cooldown"],
  [25, "One activity in four paid nothing, mostly the cooldown"],
  [50, "50\u00a0% of activities paid nothing, mostly the cooldown"],
])("the reasons' title for %d unpaid of a hundred", (unpaid, words) => {
  expect(unpaidInWords({ ...overview, unpaid }, formats)).toBe(words);
});

test("no reason is blamed that is not behind most of it", () => {
  const reasons = ["cooldown", "too_short", "self"].map((outcome) => ({ outcome, activities: 5 }));
  expect(unpaidInWords({ ...overview, reasons }, formats)).toBe("One activity in four paid nothing");
});

test.each([0, 1, 2, 3, 7, 46, 99, 100, 101, 882, 1_337, 55_000])(
  "an axis for %d begins at 0 and has room for it",
  (highest) => {
    const marks = axisMarks(highest);
    expect(marks[0]).toBe(0);
    expect(marks.at(-1)).toBeGreaterThanOrEqual(highest);
    expect(marks.length).toBeGreaterThanOrEqual(2);
    expect(marks.length).toBeLessThanOrEqual(5);
    expect(marks.every(Number.isInteger)).toBe(true);
  },
);
