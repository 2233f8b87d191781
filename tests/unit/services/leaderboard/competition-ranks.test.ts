import fc from "fast-check";
import { competitionRanks, firstWithLess } from "@/services/leaderboard/competition-ranks";

/** By the definition: one more than there are members with more XP. */
const definition = (all: readonly number[], xp: number) => 1 + all.filter((other) => other > xp).length;

test("any run of rows of any board has the ranks that the definition gives each of them", () => {
  const board = fc.array(fc.integer({ min: 1, max: 8 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(board, fc.nat(), fc.nat(), (xps, from, length) => {
      const all = [...xps].sort((a, b) => b - a);
      const start = from % all.length;
      const rows = all.slice(start, start + 1 + (length % all.length));
      const less = firstWithLess(rows);
      const ahead = {
        first: definition(all, rows[0] ?? 0),
        next: less === undefined ? undefined : definition(all, rows[less] ?? 0),
      };
      expect(competitionRanks(rows, ahead)).toEqual(rows.map((xp) => definition(all, xp)));
    }),
  );
});

test("a board's first rows need nothing looked up", () => {
  expect(competitionRanks([9, 7, 7, 7, 3])).toEqual([1, 2, 2, 2, 5]);
  expect(competitionRanks([9, 9, 3])).toEqual([1, 1, 3]);
  expect(competitionRanks([])).toEqual([]);
});

test("ranks that were looked up too early never fall behind the rows that are seen", () => {
  expect(competitionRanks([9, 9, 3], { first: 5, next: 6 })).toEqual([5, 5, 7]);
});
