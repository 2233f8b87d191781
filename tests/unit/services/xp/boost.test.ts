import { type Boost, boostsOn, nextBoostChange, toldBoost } from "@/services/xp/boost";

const boost = (name: string, startsAt: string, endsAt: string, percent = 200): Boost => ({
  name,
  percent,
  startsAt,
  endsAt,
});
const weekend = boost("Weekend", "2026-11-21T00:00:00Z", "2026-11-23T00:00:00Z");
const night = boost("Night", "2026-11-21T20:00:00Z", "2026-11-22T02:00:00Z", 150);
const at = (time: string) => Date.parse(time);

test("a boost holds from its first moment on and not at its last", () => {
  const names = (time: string) => boostsOn([weekend], at(time)).length;
  expect(
    ["2026-11-20T23:59:59.999Z", "2026-11-21T00:00:00Z", "2026-11-22T23:59:59.999Z", "2026-11-23T00:00:00Z"].map(names),
  ).toEqual([0, 1, 1, 0]);
});

test("one that comes is told from a day before, not earlier", () => {
  expect(toldBoost([weekend], at("2026-11-19T23:59:59.999Z"))).toBeNull();
  expect(toldBoost([weekend], at("2026-11-20T00:00:00Z"))).toEqual({
    is: "ahead",
    names: ["Weekend"],
    percent: 200,
    changesAt: weekend.startsAt,
  });
});

test("those that hold together are told as one, until the first of them ends", () => {
  expect(toldBoost([weekend, night], at("2026-11-21T21:00:00Z"))).toEqual({
    is: "on",
    names: ["Weekend", "Night"],
    percent: 300,
    changesAt: night.endsAt,
  });
  expect(toldBoost([weekend, night], at(night.endsAt))).toMatchObject({ names: ["Weekend"], percent: 200 });
});

test("what holds comes before what is ahead, and after the last there is nothing", () => {
  expect(toldBoost([weekend, night], at("2026-11-21T10:00:00Z"))).toMatchObject({ is: "on", names: ["Weekend"] });
  expect(toldBoost([weekend, night], at(weekend.endsAt))).toBeNull();
});

test("the next change is the next beginning, end, or day before one", () => {
  const changes: string[] = [];
  let now = at("2026-11-01T00:00:00Z");
  for (
    let next = nextBoostChange([weekend, night], now);
    next !== null;
    next = nextBoostChange([weekend, night], now)
  ) {
    changes.push(new Date(next).toISOString());
    now = next;
  }
  expect(changes).toEqual([
    "2026-11-20T00:00:00.000Z",
    "2026-11-20T20:00:00.000Z",
    "2026-11-21T00:00:00.000Z",
    "2026-11-21T20:00:00.000Z",
    "2026-11-22T02:00:00.000Z",
    "2026-11-23T00:00:00.000Z",
  ]);
});
