/**
 * What is chosen here, put onto what somebody else has saved meanwhile: whatever was not changed here is as they have it. Looks into
 * objects by their keys; lists and single values are one thing each.
 * @param before what both had begun with.
 */
export function mergeDraft<T>(before: T, mine: T, theirs: T): T {
  if (!isRecord(before) || !isRecord(mine) || !isRecord(theirs)) return isSame(mine, before) ? theirs : mine;
  const keys = [...new Set([...Object.keys(theirs), ...Object.keys(mine)])];
  const merged = keys.flatMap((key): [string, unknown][] => {
    const value = mergeDraft(before[key], mine[key], theirs[key]);
    return value === undefined ? [] : [[key, value]];
  });
  return Object.fromEntries(merged) as T; // of the same keys and kinds of values
}

/** Whether two values made of plain objects, lists and primitives are equal; the order of keys is none. */
export function isSame(one: unknown, other: unknown): boolean {
  if (Array.isArray(one) && Array.isArray(other)) {
    return one.length === other.length && one.every((value, at) => isSame(value, other[at]));
  }
  if (!isRecord(one) || !isRecord(other)) return Object.is(one, other);
  const keys = Object.keys(one);
  return (
    keys.length === Object.keys(other).length &&
    keys.every((key) => Object.hasOwn(other, key) && isSame(one[key], other[key]))
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
