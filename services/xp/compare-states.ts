import type { MemberState } from "@/services/xp/fold";

/** One number or time that is stored otherwise than the fold makes it. */
export type Difference = { what: string; stored: string; folded: string };

const SCALARS = [
  "xp",
  "level",
  "totalMessages",
  "totalPosts",
  "totalReactions",
  "xpReachedAt",
  "lastActivityAt",
] as const;

/**
 * Where a stored member differs from the fold.
 * @param edge first day (YYYY-MM-DD) that the fold still covers; older days and periods that begin before it are not compared.
 */
export function compareStates(stored: MemberState, folded: MemberState, edge = ""): Difference[] {
  const inReach = (key: string) => key.split("/").some((part) => /^\d{4}-/.test(part) && part >= edge);
  return [
    ...SCALARS.flatMap((name) => difference(name, stored[name], folded[name])),
    ...difference("streak", stored.streak, folded.streak),
    ...compareMaps("last paid", stored.lastPaidAt, folded.lastPaidAt),
    ...compareMaps("day", stored.days, folded.days, inReach),
    ...compareMaps("period", stored.periods, folded.periods, inReach),
    ...compareMaps("activity", stored.decisions, folded.decisions),
  ];
}

function compareMaps<T>(
  name: string,
  stored: Map<string, T>,
  folded: Map<string, T>,
  inReach: (key: string) => boolean = () => true,
): Difference[] {
  return [...new Set([...stored.keys(), ...folded.keys()])]
    .filter(inReach)
    .sort()
    .flatMap((key) => difference(`${name} ${key}`, stored.get(key), folded.get(key)));
}

function difference(what: string, stored: unknown, folded: unknown): Difference[] {
  const [left, right] = [written(stored), written(folded)];
  return left === right ? [] : [{ what, stored: left, folded: right }];
}

/** A form in which equal values are equal text, whatever the order of their keys. */
function written(value: unknown): string {
  if (value === undefined || value === null) return "none";
  if (value instanceof Date) return value.toISOString();
  if (typeof value !== "object") return String(value);
  const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return fields.map(([key, field]) => `${key} ${written(field)}`).join(", ");
}
