import { startPostgres } from "@/dev/postgres";
import { migrate } from "@/lib/db/migrate";

/** Runs some work against a temporary, freshly migrated database, as its owner. */
export async function withMigratedDatabase<T>(work: (ownerUrl: string) => Promise<T>): Promise<T> {
  const postgres = await startPostgres({ durable: false });
  try {
    await migrate({ ownerUrl: postgres.url() });
    return await work(postgres.url());
  } finally {
    await postgres.stop();
  }
}
