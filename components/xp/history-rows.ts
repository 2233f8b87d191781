import { explainReceipt } from "@/services/xp/explain-receipt";
import type { History, HistoryEntry } from "@/services/xp/history-entry";

/** One line of the history: an activity, a run of equal ones that paid nothing, or a level. */
export type HistoryRow =
  | { kind: "entry"; entry: HistoryEntry }
  | { kind: "run"; entries: Run }
  | { kind: "level"; level: number; entry: HistoryEntry };

/** The newest first. */
export type Run = [HistoryEntry, ...HistoryEntry[]];

export type HistoryDay = { day: string; xp: number | null; rows: HistoryRow[] };

/** From so many on, equal entries are one row. */
const RUN_LENGTH = 3;

/** The history as it is read: by days, newest first, with levels above what reached them. */
export function daysOf({ entries, days }: Pick<History, "entries" | "days">): HistoryDay[] {
  const found: HistoryDay[] = [];
  for (const run of runsOf(entries)) {
    const { day } = run[0];
    const current = found.at(-1);
    if (current?.day === day) current.rows.push(...rowsOf(run));
    else found.push({ day, xp: days.find((one) => one.day === day)?.xp ?? null, rows: rowsOf(run) });
  }
  return found;
}

/** Neighbours that are equal in all that the reader sees, but for their time. */
function runsOf(entries: readonly HistoryEntry[]): Run[] {
  const runs: Run[] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    if (run && isSame(run[0], entry)) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

function isSame(one: HistoryEntry, other: HistoryEntry): boolean {
  return (
    [one, other].every((entry) => entry.levelReached === null && explainReceipt(entry).tone === "unpaid") &&
    one.day === other.day &&
    one.action === other.action &&
    one.experienceName === other.experienceName &&
    one.outcome === other.outcome
  );
}

function rowsOf(run: Run): HistoryRow[] {
  if (run.length >= RUN_LENGTH) return [{ kind: "run", entries: run }];
  return run.flatMap((entry): HistoryRow[] => [
    ...(entry.levelReached === null ? [] : [{ kind: "level", level: entry.levelReached, entry } as const]),
    { kind: "entry", entry },
  ]);
}
