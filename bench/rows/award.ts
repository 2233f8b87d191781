import { Client } from "pg";
import { z } from "zod";
import { ACTIVE, awardsPerSecond, byDriver, SINGLE } from "@/bench/award-load";
import { type BenchDatabase, CLIENTS } from "@/bench/databases";
import { perSecond } from "@/bench/load";
import { hasPgbench, pgbench } from "@/bench/pgbench";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { createAccounts, SIMPLE_UPDATE, updateSimply } from "@/bench/simple-update";

const BAR = 0.8;
/** pgbench connects anew for each run, and Postgres plans what an award does in each connection; the application's last. */
const LONGER = 5;

/**
 * A: one award, held against pgbench's simple-update, both through the same client: pgbench's, and ours. To any member, of whom some
 * have not been active today: how many of the awards are a member's first of the day is counted, and those to the others are
 * measured beside.
 */
export async function measureAward({ databases, rounds, seconds }: Bench): Promise<Row> {
  const database = await databases.get("middle");
  await createAccounts(database);
  const drivers = {
    driverUpdate: () => perSecond(CLIENTS, seconds, () => updateSimply(database)),
    driverAward: () => byDriver(database, SINGLE, seconds),
  };
  const shares: number[] = [];
  const counted = async (run: () => Promise<number>) => {
    const before = await countAwards(database);
    const perSecond = await run();
    const after = await countAwards(database);
    shares.push((after.firsts - before.firsts) / (after.awards - before.awards));
    return perSecond;
  };
  const sides = hasPgbench()
    ? {
        update: () => pgbench(database.appUrl, SIMPLE_UPDATE, { clients: CLIENTS, seconds: LONGER * seconds }),
        award: () => counted(() => awardsPerSecond(database, SINGLE, LONGER * seconds)),
        again: () => awardsPerSecond(database, ACTIVE, LONGER * seconds),
        ...drivers,
      }
    : {
        update: drivers.driverUpdate,
        award: () => counted(drivers.driverAward),
        again: () => byDriver(database, ACTIVE, seconds),
        ...drivers,
      };
  const { update, award, again, driverUpdate, driverAward } = await inTurns(rounds, sides);
  const ratio = ratioOf(award, update);
  const driverRatio = ratioOf(driverAward, driverUpdate);
  return {
    row: "A",
    what: `award in SQL, ${Math.round(100 * median(shares))} % a member's first of the day, ${CLIENTS} clients, ${hasPgbench() ? "by pgbench" : "by node-postgres (no pgbench here)"}`,
    figure: `${Math.round(median(award))}/s`,
    yardstick: `simple-update ${Math.round(median(update))}/s; none a first ${Math.round(median(again))}/s = ${ratioOf(again, update).toFixed(2)}; by node-postgres ${Math.round(median(driverAward))} ÷ ${Math.round(median(driverUpdate))} = ${driverRatio.toFixed(2)}`,
    ratio,
    bar: `≥ ${BAR}`,
    ok: ratio >= BAR,
    figures: {
      awardsPerSecond: median(award),
      firstOfDayShare: median(shares),
      againPerSecond: median(again),
      updatesPerSecond: median(update),
      driverAwardsPerSecond: median(driverAward),
      driverUpdatesPerSecond: median(driverUpdate),
      driverRatio,
    },
  };
}

const Counts = z.object({ awards: z.coerce.number(), firsts: z.coerce.number() });

/** Awards so far, and members' days on which there was one. */
async function countAwards({ ownerUrl }: BenchDatabase): Promise<z.infer<typeof Counts>> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    const { rows } = await owner.query(
      "select (select count(*) from activity_log) as awards, (select count(*) from daily_rollups) as firsts",
    );
    return Counts.parse(rows[0]);
  } finally {
    await owner.end();
  }
}
