import fc from "fast-check";
import { DEFAULT_LEAVERS, Settings } from "@/services/communities/settings.schema";
import type { SettingsVersion } from "@/services/xp/fold";
import { keepsPlace, type MembershipEvent, membershipOf, resetsAt } from "@/services/xp/membership";

const DAY_MS = 86_400_000;
const day = (n: number) => new Date(Date.UTC(2026, 10, 1) + n * DAY_MS);
const NOW = day(20);

const PLAIN = { timeZone: "UTC", tier: "free", paused: false, dailyXpCap: null, actions: {} } as const;
const version = (number: number, validFrom: Date, leavers: Settings["leavers"]): SettingsVersion => ({
  version: number,
  validFrom,
  settings: Settings.parse({ ...PLAIN, excludedExperienceIds: [], excludedUserIds: [], leavers }),
});
const RESET: Settings["leavers"] = { left: "reset", banned: "keep", resetAfterDays: 3 };
const reset = [version(1, new Date(0), RESET)];
const hide = [version(1, new Date(0), DEFAULT_LEAVERS)];

let made = 0;
function event(kind: MembershipEvent["kind"], at: number, membershipId: string | null = "mem_1"): MembershipEvent {
  made += 1;
  return { eventId: `e${made}`, membershipId, kind, occurredAt: day(at) };
}

const member = { membership: "member", leftAt: null, resetAt: null };
const left = (at: number, resetAt: Date | null = null) => ({ membership: "left", leftAt: day(at), resetAt });

describe("whether somebody is a member", () => {
  const cases: [string, MembershipEvent[], object][] = [
    ["of whom nothing is known: yes", [], member],
    ["whose membership has ended: since then not", [event("joined", 1), event("left", 5)], left(5)],
    ["of whom only the end is known: since then not", [event("left", 5)], left(5)],
    ["who has come back: yes", [event("joined", 1), event("left", 5), event("joined", 6)], member],
    ["one of whose two memberships has ended: yes", [event("joined", 1), event("left", 5, "mem_2")], member],
    [
      "both of whose memberships have ended: not since the later",
      [event("left", 9, "mem_2"), event("left", 5)],
      left(9),
    ],
    ["who has changed plans at one moment: yes", [event("joined", 5, "mem_2"), event("left", 5)], member],
    [
      "of whom Whop says as a whole that they left: not, whatever they had",
      [event("joined", 1), event("left", 5, null)],
      left(5),
    ],
    ["of whom it says so and who then joins: yes", [event("left", 5, null), event("joined", 6, "mem_2")], member],
    [
      "who joined by what nobody named, and whose membership ends: not",
      [event("joined", 1, null), event("left", 5)],
      left(5),
    ],
    [
      "who is banned, though a membership goes on: banned",
      [event("joined", 1), event("banned", 5, null)],
      { ...left(5), membership: "banned" },
    ],
    [
      "who left and was banned then: banned, away since they left",
      [event("left", 4), event("banned", 5, null)],
      { ...left(4), membership: "banned" },
    ],
    ["who was let in again: yes", [event("banned", 5, null), event("unbanned", 6, null)], member],
    [
      "who was let in again without a membership: not",
      [event("left", 4), event("banned", 5, null), event("unbanned", 6, null)],
      left(4),
    ],
  ];
  test.each(cases)("%s", (_, events, wanted) => {
    expect(membershipOf(events, hide, NOW)).toEqual(wanted);
  });

  test("does not depend on the order in which the events came, nor on repeats", () => {
    const kind = fc.constantFrom<MembershipEvent["kind"]>("joined", "left", "banned", "unbanned");
    const some = fc.record({
      eventId: fc.uuid(),
      membershipId: fc.constantFrom(null, "mem_1", "mem_2"),
      kind,
      occurredAt: fc.integer({ min: 0, max: 20 }).map(day),
    });
    fc.assert(
      fc.property(
        fc
          .array(some, { maxLength: 12 })
          .chain((events) => fc.tuple(fc.constant(events), fc.shuffledSubarray(events, { minLength: events.length }))),
        ([events, shuffled]) => {
          expect(membershipOf(shuffled, reset, NOW)).toEqual(membershipOf(events, reset, NOW));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});

describe("XP begin anew", () => {
  test("from the day on which somebody left, once they have been away for as long as the community says", () => {
    const events = [event("left", 5)];
    expect(membershipOf(events, reset, new Date(day(8).getTime() - 1))).toEqual(left(5));
    expect(membershipOf(events, reset, day(8))).toEqual(left(5, day(5)));
    const back = [...events, event("joined", 10)];
    expect(membershipOf(back, reset, NOW)).toEqual({ ...member, resetAt: day(5) });
  });

  test("for nobody who came back in time, also where we learn of it late", () => {
    expect(membershipOf([event("left", 5), event("joined", 7)], reset, NOW)).toEqual(member);
  });

  test("for nobody by a renewal or another plan, although the community waits no day", () => {
    const atOnce = [version(1, new Date(0), { ...RESET, resetAfterDays: 0 })];
    const [ends, begins] = [event("left", 5), event("joined", 5)];
    begins.occurredAt = new Date(ends.occurredAt.getTime() + 4_000);
    expect(membershipOf([ends, begins], atOnce, NOW)).toEqual(member);
    expect(membershipOf([ends], atOnce, NOW)).toEqual(left(5, day(5)));
  });

  test("by the newest settings for who is away, and never after the fact for who came back under others", () => {
    const away = [event("left", 5)];
    const back = [event("left", 5), event("joined", 10)];
    const laterReset = [...hide, version(2, day(15), RESET)];
    const laterHide = [...reset, version(2, day(15), DEFAULT_LEAVERS)];
    expect(membershipOf(away, laterReset, NOW).resetAt).toEqual(day(5));
    expect(membershipOf(away, laterHide, NOW).resetAt).toBeNull();
    expect(membershipOf(back, laterReset, NOW).resetAt).toBeNull();
    expect(membershipOf(back, laterHide, NOW).resetAt).toEqual(day(5));
  });

  test("as the community treats whoever was banned, not whoever left, for who is banned", () => {
    expect(membershipOf([event("banned", 5, null)], reset, NOW).resetAt).toBeNull();
  });

  test("at a time that can be told beforehand", () => {
    expect(resetsAt(membershipOf([event("left", 5)], reset, day(6)), RESET)).toEqual(day(8));
    expect(resetsAt(membershipOf([event("left", 5)], hide, day(6)), DEFAULT_LEAVERS)).toBeNull();
    expect(resetsAt(membershipOf([], reset, day(6)), RESET)).toBeNull();
  });
});

test("a place on the boards is a member's, and of others where the community keeps it for them", () => {
  expect(keepsPlace("member", RESET)).toBe(true);
  expect(keepsPlace("left", RESET)).toBe(false);
  expect(keepsPlace("banned", RESET)).toBe(true);
  expect(keepsPlace("left")).toBe(false);
});
