import { awardsPerSecond, byDriver, SINGLE } from "@/bench/award-load";
import { CLIENTS } from "@/bench/databases";
import { perSecond } from "@/bench/load";
import { hasPgbench, pgbench } from "@/bench/pgbench";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { createAccounts, SIMPLE_UPDATE, updateSimply } from "@/bench/simple-update";

const BAR = 0.8;

/** A: one award, held against pgbench's simple-update, both through the same client: pgbench's, and ours. */
export async function measureAward({ databases, rounds, seconds }: Bench): Promise<Row> {
  const database = await databases.get("middle");
  await createAccounts(database);
  const drivers = {
    driverUpdate: () => perSecond(CLIENTS, seconds, () => updateSimply(database)),
    driverAward: () => byDriver(database, SINGLE, seconds),
  };
  const sides = hasPgbench()
    ? {
        update: () => pgbench(database.appUrl, SIMPLE_UPDATE, { clients: CLIENTS, seconds }),
        award: () => awardsPerSecond(database, SINGLE, seconds),
        ...drivers,
      }
    : { update: drivers.driverUpdate, award: drivers.driverAward, ...drivers };
  const { update, award, driverUpdate, driverAward } = await inTurns(rounds, sides);
  const ratio = ratioOf(award, update);
  const driverRatio = ratioOf(driverAward, driverUpdate);
  return {
    row: "A",
    what: `award in SQL, ${CLIENTS} clients, ${hasPgbench() ? "by pgbench" : "by node-postgres (no pgbench here)"}`,
    figure: `${Math.round(median(award))}/s`,
    yardstick: `simple-update ${Math.round(median(update))}/s; by node-postgres ${Math.round(median(driverAward))} ÷ ${Math.round(median(driverUpdate))} = ${driverRatio.toFixed(2)}`,
    ratio,
    bar: `≥ ${BAR}`,
    ok: ratio >= BAR,
    figures: {
      awardsPerSecond: median(award),
      updatesPerSecond: median(update),
      driverAwardsPerSecond: median(driverAward),
      driverUpdatesPerSecond: median(driverUpdate),
      driverRatio,
    },
  };
}
