import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { Client } from "pg";
import { type Community, seedMembers } from "@/bench/seed-members";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { createDatabase } from "@/lib/db/database";
import { migrate } from "@/lib/db/migrate";
import type { DB } from "@/types/database";

export const CLIENTS = 16;

export type BenchDatabase = {
  ownerUrl: string;
  /** As the application's role. */
  appUrl: string;
  /** As the application connects, with a connection for each of 16 clients. */
  db: Kysely<DB>;
  communities: readonly Community[];
};

export type Size = "small" | "middle" | "large";

export type Databases = {
  /** Made when first asked for: `small` has 10,000 members, `middle` 100,000, `large` 1,000,000 (quick: 100,000). */
  get(size: Size): Promise<BenchDatabase>;
  stop(): Promise<void>;
};

/** In `middle`, beside its hundred of a thousand: the one whose webhooks come in. */
export const BUSY = "biz_busy";
/** Of the two communities in `large` whose boards are compared. */
export const BIG = "biz_big";
export const LITTLE = "biz_little";

/** A durable cluster of our own in a temporary folder. */
export async function startDatabases(quick: boolean): Promise<Databases> {
  const postgres = await startPostgres({
    durable: true,
    // A checkpoint would fall into one side of a ratio and not into the other: both are measured between two.
    settings: { max_wal_size: "16GB", checkpoint_timeout: "1h" },
  });
  const password = randomBytes(18).toString("base64url");
  const made = new Map<Size, Promise<BenchDatabase>>();
  return {
    get(size) {
      const known = made.get(size) ?? makeDatabase(postgres, size, communitiesOf(size, quick), password);
      made.set(size, known);
      return known;
    },
    async stop() {
      const settled = await Promise.allSettled(made.values());
      await Promise.all(settled.map((one) => (one.status === "fulfilled" ? one.value.db.destroy() : undefined)));
      await postgres.stop();
    },
  };
}

async function makeDatabase(
  postgres: Postgres,
  size: Size,
  communities: Community[],
  password: string,
): Promise<BenchDatabase> {
  const admin = new Client({ connectionString: postgres.url() });
  await admin.connect();
  try {
    await admin.query(`create database bench_${size}`);
  } finally {
    await admin.end();
  }
  const ownerUrl = postgres.url(`bench_${size}`);
  const appUrl = ownerUrl.replace(/\/\/[^@]*@/, `//wee5_app:${password}@`);
  await migrate({ ownerUrl, appUrl });
  await seedMembers(ownerUrl, communities);
  return { ownerUrl, appUrl, db: createDatabase(appUrl, { max: CLIENTS }), communities };
}

function communitiesOf(size: Size, quick: boolean): Community[] {
  const several = (count: number): Community[] =>
    Array.from({ length: count }, (_, index) => ({ communityId: `biz_${index + 1}`, members: 1_000 }));
  if (size === "small") return several(10);
  if (size === "middle") return [...several(100), { communityId: BUSY, members: quick ? 5_000 : 20_000 }];
  const big = { communityId: BIG, members: quick ? 20_000 : 200_000 };
  const little = { communityId: LITTLE, members: 2_000 };
  return [...several(quick ? 78 : 798), big, little];
}
