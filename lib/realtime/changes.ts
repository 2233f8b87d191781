import { z } from "zod";

/** In the place of a member's id: no member's, because it has a blank. */
export const EVERYBODY = "everybody here";

/** How a member stands now. The fields beside these two are the page's business. */
const MemberChange = z.looseObject({
  /** As other members may know it: opaque for one who is anonymous. */
  memberId: z.string(),
  /**
   * Grows with every change to this member, so that nobody takes an older state for a newer one, however messages overtake
   * each other. A whole number.
   */
  version: z.int().nonnegative(),
});

export type MemberChange = z.infer<typeof MemberChange>;

/** Takes in newer states and leaves older ones; of two with one version the later given wins. */
export function mergeChanges(into: Map<string, MemberChange>, changes: Iterable<MemberChange>): void {
  for (const change of changes) {
    const known = into.get(change.memberId);
    if (!known || known.version <= change.version) into.set(change.memberId, change);
  }
}

/** As it lies in Redis, with the version in front, where a script can read it. */
export const storedForm = (change: MemberChange): string => `${change.version}|${JSON.stringify(change)}`;

/** @throws for what `storedForm` has not made. */
export function readStoredForm(stored: string): MemberChange {
  return MemberChange.parse(JSON.parse(stored.slice(stored.indexOf("|") + 1)));
}
