import { join } from "node:path";
import { Logger, runMigrations } from "graphile-worker";
import { Kysely, Migrator, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import { letAppRoleLogIn } from "@/lib/db/app-role";
import { type ChecksumTable, MIGRATION_SCHEMA, readSqlFiles, type SqlFile, sqlFileProvider } from "@/lib/db/sql-files";
import { sqlState } from "@/lib/errors";

const LOCK_KEY = 7_353_505; // any number that nobody else locks with
const LOCK_WAIT_SECONDS = 300;

export type MigrateOptions = {
  /** A direct connection (no transaction-mode pooler) as the role that owns the schema. */
  ownerUrl: string;
  /** The application's own connection string; its role gets its password. */
  appUrl?: string;
  folder?: string;
  log?: { info(fields: object, message: string): void };
};

/**
 * Brings the database to the present schema: graphile-worker's, the roles that Supabase has and plain Postgres lacks, then
 * our own files, forward only and all or nothing. Repeating it is harmless; a second one at the same time waits.
 * @returns the names of the files applied now.
 * @throws Error with one line that says what is wrong, also when an applied file has been edited since.
 */
export async function migrate(options: MigrateOptions): Promise<string[]> {
  const files = await readSqlFiles(options.folder ?? join(process.cwd(), "supabase", "migrations"));
  const owner = new Client({ connectionString: options.ownerUrl, connectionTimeoutMillis: 10_000, keepAlive: true });
  let lost: Error | undefined;
  owner.on("error", (error) => {
    lost = error; // the query that is waiting fails by itself
  });
  try {
    await owner.connect();
    await owner.query(`set lock_timeout = '${LOCK_WAIT_SECONDS}s'`);
    await owner.query("set statement_timeout = 0");
    await owner.query("select pg_advisory_lock($1)", [LOCK_KEY]);
    const applied = await migrateLocked(owner, files, options);
    if (options.appUrl) await letAppRoleLogIn(owner, options.appUrl);
    if (lost) throw lost;
    return applied;
  } finally {
    await owner.end(); // gives the lock back
  }
}

async function migrateLocked(owner: Client, files: SqlFile[], options: MigrateOptions): Promise<string[]> {
  await createRoles(owner);
  await owner.query(`create schema if not exists ${MIGRATION_SCHEMA}`);
  await owner.query(`revoke all on schema ${MIGRATION_SCHEMA} from public`);
  await owner.query(
    `create table if not exists ${MIGRATION_SCHEMA}.checksum (name text primary key, sha256 text not null)`,
  );
  await refuseEdited(owner, files);

  const pool = new Pool({ connectionString: options.ownerUrl, max: 2, connectionTimeoutMillis: 10_000 });
  // A connection that breaks fails the query that uses it; without listeners it would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));
  try {
    await runMigrations({ pgPool: pool, noPreparedStatements: true, logger: new Logger(() => () => undefined) });
    return await applyFiles(pool, files, options.log);
  } finally {
    await pool.end();
  }
}

/** Supabase has these. They are stood in for elsewhere, so that grants and policies read the same everywhere. */
async function createRoles(owner: Client): Promise<void> {
  await createRole(owner, "anon", "nologin noinherit");
  await createRole(owner, "authenticated", "nologin noinherit");
  await createRole(owner, "service_role", "nologin noinherit bypassrls");
}

async function createRole(owner: Client, name: string, attributes: string): Promise<void> {
  const { rowCount } = await owner.query("select from pg_roles where rolname = $1", [name]);
  if (rowCount) return;
  try {
    await owner.query(`create role ${name} ${attributes}`);
  } catch (error) {
    const code = sqlState(error);
    // Roles belong to all databases of a server: another database's migration may have been faster.
    if (code === "42710" || code === "23505") return;
    throw error;
  }
}

async function refuseEdited(owner: Client, files: SqlFile[]): Promise<void> {
  const { rows } = await owner.query<{ name: string; sha256: string }>(
    `select name, sha256 from ${MIGRATION_SCHEMA}.checksum`,
  );
  const present = new Map(files.map((file) => [file.name, file.sha256]));
  for (const { name, sha256 } of rows) {
    const now = present.get(name);
    if (now === undefined) throw new Error(`The applied migration ${name}.sql is missing from the folder.`);
    if (now !== sha256) {
      throw new Error(
        `The migration ${name}.sql was edited after it was applied. Undo the edit and add a new migration.`,
      );
    }
  }
}

async function applyFiles(pool: Pool, files: SqlFile[], log: MigrateOptions["log"]): Promise<string[]> {
  const db = new Kysely<ChecksumTable>({ dialect: new PostgresDialect({ pool }) });
  const migrator = new Migrator({
    db,
    provider: sqlFileProvider(files),
    migrationTableSchema: MIGRATION_SCHEMA,
    migrationTableName: "migration",
    migrationLockTableName: "migration_lock",
  });
  const { error, results = [] } = await migrator.migrateToLatest();
  if (error) {
    const failed = results.find((result) => result.status === "Error");
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(failed ? `The migration ${failed.migrationName}.sql failed: ${reason}` : reason, { cause: error });
  }
  const applied = results.filter((result) => result.status === "Success").map((result) => result.migrationName);
  for (const name of applied) log?.info({ migration: name }, "migration applied");
  return applied;
}
