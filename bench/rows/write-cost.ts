import { Client } from "pg";
import { z } from "zod";
import { byDriver, SINGLE } from "@/bench/award-load";
import type { Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";

const HOT_BAR = 0.8;
const WAL_BAR_BYTES = 2_000;
/** Sessions tell the statistics at most once a second. */
const STATISTICS_MS = 1_500;

const Counters = z.object({
  updates: z.coerce.number(),
  hot: z.coerce.number(),
  wal: z.coerce.number(),
  images: z.coerce.number(),
});

/** B: how many updates of members stay on their page, and what an award writes to the log between checkpoints. */
export async function measureWriteCost({ databases, seconds }: Bench): Promise<Row> {
  const database = await databases.get("middle");
  const owner = new Client({ connectionString: database.ownerUrl });
  await owner.connect();
  try {
    await byDriver(database, SINGLE, seconds); // pages that the seed left full have been split then
    const before = await readCounters(owner);
    const began = performance.now();
    const rate = await byDriver(database, SINGLE, 2 * seconds);
    const awards = (rate * (performance.now() - began)) / 1000;
    const after = await readCounters(owner);
    const hot = (after.hot - before.hot) / (after.updates - before.updates);
    const wal = (after.wal - before.wal) / awards;
    const images = (after.images - before.images) / awards;
    return {
      row: "B",
      what: "heap-only updates of members; log written per award",
      figure: `${(100 * hot).toFixed(0)} %; ${Math.round(wal)} bytes`,
      yardstick: `between checkpoints (${images.toFixed(3)} page images per award)`,
      bar: `≥ ${100 * HOT_BAR} %; ≤ ${WAL_BAR_BYTES} bytes`,
      ok: hot >= HOT_BAR && wal <= WAL_BAR_BYTES,
      figures: { hotShare: hot, walBytesPerAward: wal, pageImagesPerAward: images },
    };
  } finally {
    await owner.end();
  }
}

async function readCounters(owner: Client): Promise<z.infer<typeof Counters>> {
  await new Promise((resolve) => setTimeout(resolve, STATISTICS_MS));
  const { rows } = await owner.query(`
    select n_tup_upd as updates, n_tup_hot_upd as hot, pg_current_wal_insert_lsn() - '0/0' as wal,
      (select wal_fpi from pg_stat_wal) as images
    from pg_stat_user_tables where relid = 'public.users'::regclass`);
  return Counters.parse(rows[0]);
}
