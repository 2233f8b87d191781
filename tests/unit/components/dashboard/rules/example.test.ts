import { exampleOf } from "@/components/dashboard/rules/example";
import { draftOf, type RulesDraft } from "@/components/dashboard/rules/rules-draft";
import { formatsOf } from "@/components/ui/formats";
import { DEFAULT_LEAVERS, DEFAULT_STREAKS } from "@/services/communities/settings.schema";

const NOW = Date.parse("2026-11-21T12:00:00Z");
const rate = { enabled: true, minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0 };
const DRAFT = draftOf({
  actions: { message: rate, post: { ...rate, minXp: 15, maxXp: 25 } },
  dailyXpCap: null,
  paused: false,
  excludedExperienceIds: [],
  excludedUserIds: [],
  multipliers: { channels: {}, roles: {}, boosts: [] },
  streaks: DEFAULT_STREAKS,
  leavers: DEFAULT_LEAVERS,
});
const boost = (name: string, from: string, to: string, percent = 200) => ({
  ...{ id: name, name, percent },
  startsAt: `2026-11-${from}T00:00:00Z`,
  endsAt: `2026-11-${to}T00:00:00Z`,
});

function told(part: Partial<RulesDraft>) {
  const places = [{ experienceId: "exp_wins", name: "Wins", kind: "chat" as const }];
  const example = exampleOf({ ...DRAFT, ...part }, { places, now: NOW, formats: formatsOf("en") });
  return example && [example.what, example.sum.replace(/\s/g, " ")];
}

test("without multipliers an example is the rate", () => {
  expect(told({})).toEqual(["A message", "20 XP"]);
});

test("it has the channel, the role and the boost that comes next, in the order in which they are multiplied", () => {
  expect(
    told({
      channels: { exp_wins: 150 },
      roles: { admin: 100, moderator: 200, member: 100 },
      boosts: {
        past: boost("Past", "10", "12", 900),
        later: boost("Later", "28", "30", 300),
        next: boost("Double weekend", "21", "23", 200),
      },
    }),
  ).toEqual(["A message in Wins by a moderator during Double weekend", "20 × 1.5 × 2 × 2 = 120 XP"]);
});

test("an amount that is drawn is from one sum to another, each rounded once", () => {
  const actions = { ...DRAFT.actions, message: { ...rate, enabled: false } };
  expect(told({ actions, roles: { ...DRAFT.roles, member: 150 } })).toEqual([
    "A post by a member",
    "15–25 × 1.5 = 23–38 XP",
  ]);
});

test("zero wins, and what is being written gives no example", () => {
  expect(told({ channels: { exp_wins: 0 } })).toEqual(["A message in Wins", "20 × 0 = 0 XP"]);
  expect(told({ actions: { message: { ...rate, minXp: null, maxXp: null } } })).toBeNull();
  expect(told({ actions: {} })).toBeNull();
});
