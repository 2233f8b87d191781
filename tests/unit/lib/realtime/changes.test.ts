import { type MemberChange, mergeChanges, readStoredForm, storedForm } from "@/lib/realtime/changes";

test("of a member's states the newest wins, in whatever order they come", () => {
  const states = [1, 3, 2].map((version) => ({ memberId: "user_anna", version, xp: version * 20 }));
  const merged = new Map<string, MemberChange>();
  mergeChanges(merged, states);
  mergeChanges(merged, [{ memberId: "user_ben", version: 1, xp: 5 }]);
  expect([...merged.values()]).toEqual([
    { memberId: "user_anna", version: 3, xp: 60 },
    { memberId: "user_ben", version: 1, xp: 5 },
  ]);
});

test("a state survives being stored, whatever its text", () => {
  const change = { memberId: "user_|", version: 12, name: 'a|"b"\n日本', nested: { a: [1, null] } };
  expect(readStoredForm(storedForm(change))).toEqual(change);
});
