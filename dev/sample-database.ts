import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { z } from "zod";
import { installRealtime } from "@/dev/realtime/install";
import { migrate } from "@/lib/db/migrate";

const DATABASE = "wee5";
const POLICIES = join(process.cwd(), "supabase", "migrations", "20261120000020_create_realtime.sql");

const Marker = z.object({
  state: z.enum(["seeding", "seeded"]),
  seed: z.number(),
  members: z.number(),
  days: z.number(),
  endsAt: z.coerce.date(),
});

/** Which sample the database holds, and whether all of it. Kept as the database's comment, so that they cannot part. */
export type Marker = z.infer<typeof Marker>;

export type SampleDatabase = {
  marker: Marker;
  /** To be called when the sample is complete. */
  setSeeded(): Promise<void>;
};

/**
 * The demo's database, migrated. One whose seeding was interrupted is thrown away: half a history is worth nothing.
 * @param fresh what to seed when there is no complete one.
 * @throws Error in one line.
 */
export async function openSampleDatabase(
  urlOf: (database?: string) => string,
  appUrlOf: (ownerUrl: string) => string,
  fresh: Marker,
): Promise<SampleDatabase & { ownerUrl: string; appUrl: string }> {
  const ownerUrl = urlOf(DATABASE);
  const appUrl = appUrlOf(ownerUrl);
  const marker = await asOwner(urlOf(), async (client) => {
    const found = await readMarker(client);
    if (found?.state === "seeded") return found;
    await client.query(`drop database if exists ${DATABASE} with (force)`);
    await client.query(`create database ${DATABASE}`);
    await writeMarker(client, fresh);
    return fresh;
  });
  await installRealtime(ownerUrl);
  await migrate({ ownerUrl, appUrl });
  await asOwner(ownerUrl, guardRealtime);
  return {
    marker,
    ownerUrl,
    appUrl,
    setSeeded: async () => {
      await asOwner(ownerUrl, async (client) => {
        // The profiles are there already; and fresh tables have no statistics yet.
        await client.query(`select graphile_worker.complete_jobs(array_agg(id)) from graphile_worker.jobs
          where task_identifier = 'fetch_profile' having count(*) > 0`);
        await client.query("analyze");
        await writeMarker(client, { ...marker, state: "seeded" });
      });
    },
  };
}

/**
 * The policies of a database that was kept from before there was Realtime here: their migration had nothing to guard then, and
 * counts as applied.
 */
async function guardRealtime(client: Client): Promise<void> {
  const policies = "select from pg_policies where schemaname = 'realtime' and policyname like 'wee5%'";
  const { rowCount } = await client.query(policies);
  if (rowCount === 0) await client.query(await readFile(POLICIES, "utf8"));
}

async function readMarker(client: Client): Promise<Marker | undefined> {
  const { rows } = await client.query<{ comment: string | null }>(
    "select shobj_description(oid, 'pg_database') as comment from pg_database where datname = $1",
    [DATABASE],
  );
  const comment = rows[0]?.comment;
  return comment ? Marker.parse(JSON.parse(comment)) : undefined;
}

async function writeMarker(client: Client, marker: Marker): Promise<void> {
  await client.query(`comment on database ${DATABASE} is ${client.escapeLiteral(JSON.stringify(marker))}`);
}

async function asOwner<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}
