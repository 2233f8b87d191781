import { sql } from "kysely";
import type { TestDatabase } from "@/tests/support/database";

/** Every table of ours (a partitioned one as a whole) and the job queue's, by its name with the schema. */
export async function allTables({ owner }: Pick<TestDatabase, "owner">): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select format('%I.%I', n.nspname, c.relname) as name
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p') and not c.relispartition
      and (n.nspname = 'public' or (n.nspname = 'graphile_worker' and c.relname = '_private_jobs'))
    order by 1`.execute(owner);
  return rows.map(({ name }) => name);
}

/** How many rows each table holds and a hash over all of them: equal contents are equal values. */
export async function databaseContents(database: Pick<TestDatabase, "owner">): Promise<Record<string, string>> {
  const parts = (await allTables(database)).map(
    (table) => sql`select ${sql.lit(table)} as name, count(*) as rows,
      md5(coalesce(string_agg(t::text, E'\n' order by t::text collate "C"), '')) as hash from ${sql.raw(table)} t`,
  );
  const { rows: tables } = await sql<{ name: string; rows: number; hash: string }>`
    ${sql.join(parts, sql` union all `)}`.execute(database.owner);
  return Object.fromEntries(tables.map(({ name, rows, hash }) => [name, `${rows} rows, ${hash}`]));
}

/** All that the database holds, as text: for looking whether something is anywhere in it. */
export async function everythingStored(database: Pick<TestDatabase, "owner">): Promise<string> {
  const tables = await allTables(database);
  const parts = await Promise.all(
    tables.map((table) =>
      sql<{ line: string }>`select t::text as line from ${sql.raw(table)} t`.execute(database.owner),
    ),
  );
  return parts.flatMap(({ rows }) => rows.map(({ line }) => line)).join("\n");
}
