import type { Transaction } from "kysely";
import { z } from "zod";
import { listPrices } from "@/services/communities/communities.queries";
import { ActionRate } from "@/services/communities/settings.schema";
import { type HistoryRow, listLastPaid } from "@/services/xp/history.queries";
import type { HistoryEntry } from "@/services/xp/history-entry";
import type { DB } from "@/types/database";

type Why = HistoryEntry["why"];
type Trx = Transaction<DB>;

/** Rates and caps of the settings that priced an activity. */
type Prices = { actions: Record<string, ActionRate>; dailyXpCap: number | null };
type DayXp = { day: string; action: string; xp: number }[];
type Dated = HistoryRow & { day: string };

const Actions = z.record(z.string(), ActionRate);

/**
 * What was missing, entry by entry: by the settings that priced each.
 * @param rows newest first, in one piece. @param dayXp XP of their days by action.
 */
export async function listWhy(
  trx: Trx,
  communityId: string,
  userId: string,
  rows: readonly Dated[],
  dayXp: DayXp,
): Promise<Why[]> {
  const versions = [...new Set(rows.filter(isInQuestion).map(({ version }) => version))];
  if (versions.length === 0) return rows.map(() => ({}));
  const listed = await listPrices(trx, communityId, versions);
  const prices = new Map(
    listed.map(({ version, actions, dailyXpCap }) => [version, { actions: Actions.parse(actions), dailyXpCap }]),
  );
  const rateOf = (row: HistoryRow) => prices.get(row.version)?.actions[row.action];
  const paidBefore = await paidBeforeEach(trx, communityId, userId, rows, rateOf);
  return rows.map((row, at): Why => {
    if (row.outcome === "cooldown") return cooldownLeft(row, rateOf(row), paidBefore[at]);
    if (row.outcome === "too_short") return { minLength: rateOf(row)?.minLength };
    if (isCapped(row)) return capMet(row, prices.get(row.version), dayXp);
    return {};
  });
}

const isCapped = ({ outcome, xp, baseXp }: HistoryRow) =>
  outcome === "daily_cap" || (outcome === "awarded" && xp < baseXp);

const isInQuestion = (row: HistoryRow) => row.outcome === "cooldown" || row.outcome === "too_short" || isCapped(row);

/** When the action of each row had last paid before it; the page itself says so for all but its oldest. */
async function paidBeforeEach(
  trx: Trx,
  communityId: string,
  userId: string,
  rows: readonly Dated[],
  rateOf: (row: HistoryRow) => ActionRate | undefined,
): Promise<(Date | undefined)[]> {
  const cooling = rows.filter(({ outcome }) => outcome === "cooldown");
  const [oldest] = rows.slice(-1);
  if (!oldest || cooling.length === 0) return [];
  const longestMs = Math.max(...cooling.map((row) => (rateOf(row)?.cooldownSeconds ?? 0) * 1000));
  const actions = [...new Set(cooling.map(({ action }) => action))];
  const since = new Date(Date.parse(oldest.occurredAt) - longestMs);
  const known = await listLastPaid(trx, communityId, userId, actions, { before: oldest, since });
  const lastPaid = new Map(known.map(({ action, paidAt }) => [action, paidAt]));
  const before = rows.map((): Date | undefined => undefined);
  for (let at = rows.length - 1; at >= 0; at -= 1) {
    const row = rows[at];
    if (!row) continue;
    before[at] = lastPaid.get(row.action);
    if (row.outcome === "awarded" && row.amount === null) lastPaid.set(row.action, new Date(row.occurredAt));
  }
  return before;
}

function cooldownLeft(row: HistoryRow, rate: ActionRate | undefined, paidAt: Date | undefined): Why {
  if (!rate || !paidAt) return {};
  const leftMs = paidAt.getTime() + rate.cooldownSeconds * 1000 - Date.parse(row.occurredAt);
  return leftMs > 0 ? { cooldownLeftSeconds: Math.ceil(leftMs / 1000) } : {};
}

/** Of two caps the action's, where the day's XP have met it: once the day's own is met, no action earns any more. */
function capMet(row: Dated, prices: Prices | undefined, dayXp: DayXp): Why {
  const actionCap = prices?.actions[row.action]?.dailyXpCap ?? null;
  const earned = dayXp.find(({ day, action }) => day === row.day && action === row.action)?.xp ?? 0;
  const met =
    actionCap !== null && (prices?.dailyXpCap == null || earned >= actionCap) ? actionCap : prices?.dailyXpCap;
  return met == null ? {} : { dailyXpCap: met };
}
