/** What has been chosen so far, kept in the browser so that leaving the page loses nothing. */
export type Draft = { step: number; timeZone: string; rules: Record<string, boolean>; countPast?: boolean };

/** A choice that was made of another state of the community is not offered again. */
export const draftKey = (communityId: string, seen: string | null) =>
  `wee5:onboarding:${communityId}:${seen ?? "first"}`;

/** Null where there is none that can be used, or where the browser keeps nothing for pages in frames. */
export function readDraft(key: string, ruleIds: readonly string[]): Draft | null {
  const text = withStorage((storage) => storage.getItem(key));
  if (!text) return null;
  const draft = parsed(text);
  return isDraft(draft) && ruleIds.every((id) => typeof draft.rules[id] === "boolean") ? draft : null;
}

export function writeDraft(key: string, draft: Draft): void {
  withStorage((storage) => storage.setItem(key, JSON.stringify(draft)));
}

export function forgetDraft(key: string): void {
  withStorage((storage) => storage.removeItem(key));
}

/** Browsers refuse storage by throwing; then nothing is kept. */
function withStorage<T>(work: (storage: Storage) => T): T | null {
  try {
    return work(window.localStorage);
  } catch {
    return null;
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function isDraft(value: unknown): value is Draft {
  if (typeof value !== "object" || value === null) return false;
  const { step, timeZone, rules } = value as Partial<Record<keyof Draft, unknown>>; // each is checked here
  return (
    [0, 1, 2].some((one) => one === step) && typeof timeZone === "string" && typeof rules === "object" && rules !== null
  );
}
