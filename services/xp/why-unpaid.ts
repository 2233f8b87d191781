import type { Transaction } from "kysely";
import { z } from "zod";
import { listPrices } from "@/services/communities/communities.queries";
import { ActionRate, Multipliers, NO_MULTIPLIERS, type Settings } from "@/services/communities/settings.schema";
import { type RoleSince, roleAt } from "@/services/xp/fold";
import { type HistoryRow, listLastPaid } from "@/services/xp/history.queries";
import type { HistoryEntry } from "@/services/xp/history-entry";
import { multipliedXp, multipliersOf } from "@/services/xp/rules/multiplier";
import { readRoles } from "@/services/xp/stored-state";
import type { DB } from "@/types/database";

type Why = HistoryEntry["why"];
type Trx = Transaction<DB>;

/** Rates, caps and multipliers of the settings that priced an activity. */
type Prices = Pick<Settings, "actions" | "dailyXpCap" | "multipliers">;
type DayXp = { day: string; action: string; xp: number }[];
type Dated = HistoryRow & { day: string };

const Actions = z.record(z.string(), ActionRate);

/**
 * What was missing, and what multiplied the amount, entry by entry: by the settings that priced each.
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
  const prices = await readPrices(trx, communityId, versions);
  const isByRole = [...prices.values()].some(({ multipliers }) => Object.keys(multipliers.roles).length > 0);
  const roles = isByRole ? await readRoles(trx, communityId, userId) : [];
  const rateOf = (row: HistoryRow) => prices.get(row.version)?.actions[row.action];
  const paidBefore = await paidBeforeEach(trx, communityId, userId, rows, rateOf);
  return rows.map((row, at): Why => {
    if (row.outcome === "cooldown") return cooldownLeft(row, rateOf(row), paidBefore[at]);
    if (row.outcome === "too_short") return { minLength: rateOf(row)?.minLength };
    if (!isPriced(row)) return {};
    const multiplied = multipliedBy(row, prices.get(row.version)?.multipliers ?? NO_MULTIPLIERS, roles);
    const isCapped = row.outcome !== "zero_multiplier" && row.xp < (multiplied?.xp ?? row.baseXp);
    return {
      ...(multiplied && row.outcome !== "daily_cap" ? { multiplied } : {}),
      ...(isCapped ? capMet(row, prices.get(row.version), dayXp) : {}),
    };
  });
}

/** Whether there was an amount that multipliers, and after them caps, could change. */
const isPriced = ({ outcome, amount }: HistoryRow) =>
  amount === null && (outcome === "awarded" || outcome === "daily_cap" || outcome === "zero_multiplier");

const isInQuestion = (row: HistoryRow) => row.outcome === "cooldown" || row.outcome === "too_short" || isPriced(row);

async function readPrices(trx: Trx, communityId: string, versions: readonly number[]): Promise<Map<number, Prices>> {
  const listed = await listPrices(trx, communityId, versions);
  return new Map(
    listed.map(({ version, actions, dailyXpCap, multipliers }) => [
      version,
      { actions: Actions.parse(actions), dailyXpCap, multipliers: Multipliers.parse(multipliers ?? NO_MULTIPLIERS) },
    ]),
  );
}

function multipliedBy(
  { baseXp, experienceId, experienceName, occurredAt }: HistoryRow,
  multipliers: Prices["multipliers"],
  roles: readonly RoleSince[],
): Why["multiplied"] {
  const at = new Date(occurredAt);
  const by = multipliersOf({ multipliers }, { experienceId, occurredAt: at }, roleAt(roles, at));
  if (by.length === 0) return undefined;
  const named = by.map((one) => (one.kind === "channel" ? { ...one, name: experienceName ?? "" } : one));
  return { baseXp, by: named, xp: multipliedXp(baseXp, by) };
}

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
