import fc from "fast-check";
import { momentsOf, nextShown, offsetInWords, thisWeekend, wallTimeOf } from "@/components/dashboard/rules/wall-clock";

const BERLIN = "Europe/Berlin";
const iso = (moments: Date[]) => moments.map((at) => at.toISOString());

test("what the clock shows at a moment is when it shows that, at any time, in any zone", () => {
  const zones = fc.constantFrom(
    BERLIN,
    "UTC",
    "America/St_Johns",
    "Australia/Lord_Howe",
    "Asia/Kathmandu",
    "Pacific/Kiritimati",
    "Pacific/Niue",
    "America/Sao_Paulo",
    "Africa/Casablanca",
  );
  const minutes = fc.integer({ min: Date.UTC(2015, 0, 1) / 60_000, max: Date.UTC(2040, 0, 1) / 60_000 });
  fc.assert(
    fc.property(zones, minutes, (timeZone, minute) => {
      const at = new Date(minute * 60_000);
      expect(iso(momentsOf(wallTimeOf(at, timeZone), timeZone))).toContain(at.toISOString());
    }),
    { numRuns: 500 },
  );
});

test("a time that the clock skips in spring is none, and the next one is the hour's end", () => {
  expect(momentsOf("2027-03-28T02:30", BERLIN)).toEqual([]);
  expect(nextShown("2027-03-28T02:30", BERLIN)).toBe("2027-03-28T03:00");
  expect(iso(momentsOf("2027-03-28T03:00", BERLIN))).toEqual(["2027-03-28T01:00:00.000Z"]);
  expect(iso(momentsOf("2027-03-28T01:59", BERLIN))).toEqual(["2027-03-28T00:59:00.000Z"]);
});

test("a time that comes twice in autumn is two moments, the earlier first", () => {
  const twice = momentsOf("2026-10-25T02:30", BERLIN);
  expect(iso(twice)).toEqual(["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]);
  expect(twice.map((at) => offsetInWords(at, BERLIN))).toEqual(["UTC+2", "UTC+1"]);
});

test("half an hour is skipped where clocks change by half an hour, and a midnight where they change at midnight", () => {
  expect(momentsOf("2026-10-04T02:15", "Australia/Lord_Howe")).toEqual([]);
  expect(nextShown("2026-10-04T02:15", "Australia/Lord_Howe")).toBe("2026-10-04T02:30");
  expect(momentsOf("2018-11-04T00:00", "America/Sao_Paulo")).toEqual([]);
  expect(nextShown("2018-11-04T00:00", "America/Sao_Paulo")).toBe("2018-11-04T01:00");
});

test.each(["", "2026-02-30T10:00", "2026-13-01T10:00", "tomorrow", "2026-11-28"])("%p is no time", (text) => {
  expect(momentsOf(text, BERLIN)).toEqual([]);
});

describe("this weekend", () => {
  test.each([
    ["on a Monday", "2026-11-23T08:00:00Z", "2026-11-28T00:00", "2026-11-30T00:00"],
    ["on a Friday just before midnight there", "2026-11-27T22:59:00Z", "2026-11-28T00:00", "2026-11-30T00:00"],
    ["on a Saturday is what is left of it", "2026-11-28T14:20:00Z", "2026-11-28T15:20", "2026-11-30T00:00"],
    ["on a Sunday night is what is left of it", "2026-11-29T22:30:00Z", "2026-11-29T23:30", "2026-11-30T00:00"],
    ["on a Sunday that is a Monday there", "2026-11-29T23:30:00Z", "2026-12-05T00:00", "2026-12-07T00:00"],
  ])("%s", (_, now, from, to) => {
    expect(thisWeekend(Date.parse(now), BERLIN)).toEqual({ from, to });
  });

  test("begins when its day does, also where that is not midnight", () => {
    // Saturday, and clocks go forward at Sunday's midnight there.
    expect(thisWeekend(Date.parse("2018-11-01T12:00:00Z"), "America/Sao_Paulo")).toEqual({
      from: "2018-11-03T00:00",
      to: "2018-11-05T00:00",
    });
  });
});
