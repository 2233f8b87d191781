import fc from "fast-check";
import { quietUntil } from "@/services/notifications/quiet-hours";

const NIGHT = { from: "22:00", to: "08:00" };
const until = (hours: { from: string; to: string }, zone: string, at: string) =>
  quietUntil(hours, zone, new Date(at))?.toISOString() ?? null;

test.each([
  ["a minute before they begin", "2026-03-10T20:59:00Z", null],
  ["as they begin", "2026-03-10T21:00:00Z", "2026-03-11T07:00:00.000Z"],
  ["before midnight", "2026-03-10T22:59:59Z", "2026-03-11T07:00:00.000Z"],
  ["after midnight", "2026-03-11T03:30:00Z", "2026-03-11T07:00:00.000Z"],
  ["a moment before they end", "2026-03-11T06:59:59.999Z", "2026-03-11T07:00:00.000Z"],
  ["as they end", "2026-03-11T07:00:00Z", null],
  ["at noon", "2026-03-11T11:00:00Z", null],
])("over midnight in Berlin, %s", (_when, at, end) => {
  expect(until(NIGHT, "Europe/Berlin", at)).toBe(end);
});

test.each([
  ["Asia/Kolkata, half an hour off", "Asia/Kolkata", "2026-06-01T16:30:00Z", "2026-06-02T02:30:00.000Z"],
  ["Asia/Kathmandu, a quarter of an hour off", "Asia/Kathmandu", "2026-06-01T16:15:00Z", "2026-06-02T02:15:00.000Z"],
  ["Pacific/Kiritimati, a day ahead", "Pacific/Kiritimati", "2026-06-01T08:00:00Z", "2026-06-01T18:00:00.000Z"],
  ["Pacific/Pago_Pago, a day behind", "Pacific/Pago_Pago", "2026-06-01T09:00:00Z", "2026-06-01T19:00:00.000Z"],
  ["UTC", "UTC", "2026-06-01T23:00:00Z", "2026-06-02T08:00:00.000Z"],
])("in %s", (_name, zone, at, end) => {
  expect(until(NIGHT, zone, at)).toBe(end);
});

test("within one day", () => {
  const siesta = { from: "13:00", to: "15:30" };
  expect(until(siesta, "Europe/Madrid", "2026-07-01T11:00:00Z")).toBe("2026-07-01T13:30:00.000Z");
  expect(until(siesta, "Europe/Madrid", "2026-07-01T10:59:59Z")).toBeNull();
  expect(until(siesta, "Europe/Madrid", "2026-07-01T13:30:00Z")).toBeNull();
});

describe("on the days when clocks are changed", () => {
  test("the night that clocks are put forward is an hour shorter, the one that they are put back an hour longer", () => {
    expect(until(NIGHT, "Europe/Berlin", "2026-03-28T21:00:00Z")).toBe("2026-03-29T06:00:00.000Z");
    expect(until(NIGHT, "Europe/Berlin", "2026-10-24T20:00:00Z")).toBe("2026-10-25T07:00:00.000Z");
    expect(until(NIGHT, "America/New_York", "2026-03-08T03:00:00Z")).toBe("2026-03-08T12:00:00.000Z");
  });

  test("hours that end in the hour that is left out end with the change, and such that begin in it begin with it", () => {
    const change = "2026-03-29T01:00:00.000Z"; // 02:00 to 03:00 in Berlin
    expect(until({ from: "23:00", to: "02:30" }, "Europe/Berlin", "2026-03-29T00:30:00Z")).toBe(change);
    expect(until({ from: "23:00", to: "02:30" }, "Europe/Berlin", change)).toBeNull();
    expect(until({ from: "02:30", to: "05:00" }, "Europe/Berlin", change)).toBe("2026-03-29T03:00:00.000Z");
    expect(until({ from: "02:30", to: "05:00" }, "Europe/Berlin", "2026-03-29T00:59:59Z")).toBeNull();
  });

  test("hours that end in the hour that comes twice end the second time, and such that begin in it begin the first", () => {
    const [first, second] = ["2026-10-25T00:30:00.000Z", "2026-10-25T01:30:00.000Z"]; // both 02:30 in Berlin
    expect(until({ from: "23:00", to: "02:30" }, "Europe/Berlin", first)).toBe(second);
    expect(until({ from: "02:30", to: "05:00" }, "Europe/Berlin", first)).toBe("2026-10-25T04:00:00.000Z");
  });

  test("clocks that are put back over midnight, as in the Azores, do not end a night early", () => {
    // At 01:00 on 25 October 2026 it becomes 00:00 again.
    expect(until({ from: "00:30", to: "06:00" }, "Atlantic/Azores", "2026-10-25T00:45:00Z")).toBe(
      "2026-10-25T07:00:00.000Z",
    );
  });
});

test("whatever the hours, the zone and the moment: they last less than 26 hours, end when the clock shows it, and then are over", () => {
  const time = fc
    .tuple(fc.integer({ min: 0, max: 23 }), fc.integer({ min: 0, max: 59 }))
    .map((parts) => parts.map((part) => String(part).padStart(2, "0")).join(":"));
  const zones = Intl.supportedValuesOf("timeZone");
  fc.assert(
    fc.property(
      fc.tuple(time, time).filter(([from, to]) => from !== to),
      fc.constantFrom(...zones),
      fc.date({ min: new Date("2024-01-01"), max: new Date("2030-01-01"), noInvalidDate: true }),
      ([from, to], zone, at) => {
        const end = quietUntil({ from, to }, zone, at);
        const shown = (moment: Date) =>
          new Intl.DateTimeFormat("en-GB", {
            timeZone: zone,
            hour: "2-digit",
            minute: "2-digit",
            hourCycle: "h23",
          }).format(moment);
        const isWithin = (clock: string) => (from < to ? from <= clock && clock < to : from <= clock || clock < to);
        if (end === null) return expect(isWithin(shown(at))).toBe(false);
        expect(end.getTime()).toBeGreaterThan(at.getTime());
        expect(end.getTime() - at.getTime()).toBeLessThan(26 * 3_600_000);
        expect(quietUntil({ from, to }, zone, end)).toBeNull();
        expect(isWithin(shown(end))).toBe(false);
      },
    ),
    { numRuns: 2_000, seed: 7 },
  );
});
