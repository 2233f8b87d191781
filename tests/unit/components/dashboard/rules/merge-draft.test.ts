import fc from "fast-check";
import { isSame, mergeDraft } from "@/components/dashboard/rules/merge-draft";

const before = {
  actions: { message: { minXp: 20, cooldownSeconds: 60 }, post: { minXp: 15, cooldownSeconds: 60 } },
  boosts: { a: { name: "A" }, b: { name: "B" } } as Record<string, { name: string }>,
  list: [1, 2],
  cap: null as number | null,
};

test("what was changed here and what was changed there are both kept", () => {
  const mine = {
    ...before,
    actions: { ...before.actions, message: { minXp: 30, cooldownSeconds: 60 } },
    boosts: { a: { name: "A" }, mine: { name: "Mine" } },
  };
  const theirs = {
    ...before,
    actions: { message: { minXp: 20, cooldownSeconds: 30 }, post: { minXp: 16, cooldownSeconds: 60 } },
    boosts: { ...before.boosts, theirs: { name: "Theirs" } },
    cap: 400,
  };
  expect(mergeDraft(before, mine, theirs)).toEqual({
    actions: { message: { minXp: 30, cooldownSeconds: 30 }, post: { minXp: 16, cooldownSeconds: 60 } },
    boosts: { a: { name: "A" }, mine: { name: "Mine" }, theirs: { name: "Theirs" } },
    list: [1, 2],
    cap: 400,
  });
});

test("where both have changed one thing it is as it was changed here, and a list is one thing", () => {
  const mine = { ...before, cap: 100, list: [1, 2, 3] };
  const theirs = { ...before, cap: 200, list: [0] };
  expect(mergeDraft(before, mine, theirs)).toMatchObject({ cap: 100, list: [1, 2, 3] });
});

test("what they have removed is gone unless it was changed here", () => {
  const theirs = { ...before, boosts: {} };
  expect(mergeDraft(before, before, theirs).boosts).toEqual({});
  const mine = { ...before, boosts: { ...before.boosts, a: { name: "Another" } } };
  expect(mergeDraft(before, mine, theirs).boosts).toEqual({ a: { name: "Another" } });
});

test("with nothing changed here it is theirs, with nothing changed there it is mine, and with both the same it is that", () => {
  const value = fc.letrec((tie) => ({
    value: fc.oneof(
      { depthSize: "small" },
      fc.integer({ min: 0, max: 3 }),
      fc.constant(null),
      fc.array(fc.integer({ min: 0, max: 2 }), { maxLength: 2 }),
      fc.dictionary(fc.constantFrom("a", "b", "c"), tie("value"), { maxKeys: 3 }),
    ),
  })).value;
  fc.assert(
    fc.property(value, value, (one, other) => {
      expect(isSame(mergeDraft(one, one, other), other)).toBe(true);
      expect(isSame(mergeDraft(one, other, one), other)).toBe(true);
      expect(isSame(mergeDraft(one, other, other), other)).toBe(true);
    }),
  );
});
