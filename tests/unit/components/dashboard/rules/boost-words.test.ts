import { type BoostDraft, readBoost, spanInWords, stateOf } from "@/components/dashboard/rules/boost-words";
import { formatsOf } from "@/components/ui/formats";

const formats = formatsOf("en-GB");
const clock = { timeZone: "Europe/Berlin", now: Date.parse("2026-10-20T12:00:00Z") };
const DRAFT: BoostDraft = { name: "Night", percent: 200, from: "2026-10-24T22:00", to: "2026-10-25T06:00" };
const read = (part: Partial<BoostDraft>, before: Parameters<typeof readBoost>[1] = null) =>
  readBoost({ ...DRAFT, ...part }, before, clock, formats);
const plain = (text: string | undefined) => text?.replace(/\s/g, " ");

test("a boost is what its times are where the community is", () => {
  expect(read({ name: " Night " })).toEqual({
    boost: { name: "Night", percent: 200, startsAt: "2026-10-24T20:00:00.000Z", endsAt: "2026-10-25T05:00:00.000Z" },
    problems: {},
    notes: {},
  });
});

test("of a time that comes twice the first is where it starts and the second where it ends, and that is said", () => {
  const { boost, notes } = read({ from: "2026-10-25T02:30", to: "2026-10-25T02:30" });
  expect(boost).toMatchObject({ startsAt: "2026-10-25T00:30:00.000Z", endsAt: "2026-10-25T01:30:00.000Z" });
  expect(plain(notes.from)).toBe("2:30 comes twice on that day, as the clocks go back: the first is meant, UTC+2.");
  expect(plain(notes.to)).toBe("2:30 comes twice on that day, as the clocks go back: the second is meant, UTC+1.");
});

test("a time that there is not is refused, with the next one that there is", () => {
  const { boost, problems } = read({ from: "2027-03-28T02:15", to: "2027-03-28T09:00" });
  expect(boost).toBeNull();
  expect(plain(problems.from)).toBe(
    "There is no 2:15 on that day: the clocks go forward over it. The next time is 3:00.",
  );
});

test.each<[string, Partial<BoostDraft>, keyof BoostDraft]>([
  ["no name", { name: "  " }, "name"],
  ["no factor", { percent: null }, "percent"],
  ["no start", { from: "" }, "from"],
  ["an end before its start", { to: "2026-10-24T21:59" }, "to"],
  ["an end that is past", { from: "2026-10-19T10:00", to: "2026-10-20T10:00" }, "to"],
])("a boost with %s is none yet", (_, part, field) => {
  const { boost, problems } = read(part);
  expect([boost, Object.keys(problems)]).toEqual([null, [field]]);
});

test("a boost that is changed keeps its moments to the second, also those that come twice", () => {
  const before = {
    ...{ id: "b", name: "Night", percent: 200 },
    startsAt: "2026-10-25T01:30:20.000Z",
    endsAt: "2026-10-25T05:00:07.000Z",
  };
  const { boost, notes } = read({ name: "Long night", from: "2026-10-25T02:30" }, before);
  expect(boost).toMatchObject({ name: "Long night", startsAt: before.startsAt, endsAt: before.endsAt });
  expect(notes).toEqual({});
});

test("a boost is scheduled before its start, runs from it on, and is over at its end", () => {
  const boost = { startsAt: "2026-10-20T12:00:00.000Z", endsAt: "2026-10-20T13:00:00.000Z" };
  const at = (ms: number) => stateOf(boost, clock.now + ms);
  expect([at(-1), at(0), at(3_599_999), at(3_600_000)]).toEqual(["scheduled", "running", "running", "over"]);
});

test("its time is told by the community's clock, and a day once", () => {
  const boost = { id: "b", name: "N", percent: 200, startsAt: "2026-10-24T20:00:00Z", endsAt: "2026-10-24T21:30:00Z" };
  expect(plain(spanInWords(boost, clock, formats))).toBe("24 October, 22:00 to 23:30");
  const long = { ...boost, endsAt: "2026-10-25T05:00:00Z" };
  expect(plain(spanInWords(long, clock, formats))).toBe("24 October, 22:00 to 25 October, 6:00");
});
