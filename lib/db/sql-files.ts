import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { CompiledQuery, type Kysely, type Migration, type MigrationProvider } from "kysely";

/** Where our migrations are recorded; apart from `public`, which belongs to the application. */
export const MIGRATION_SCHEMA = "wee5_migrations";

export type SqlFile = { name: string; text: string; sha256: string };

/** The migrations of a folder in the order of their names. The sum ignores how lines end, which git may change. */
export async function readSqlFiles(folder: string): Promise<SqlFile[]> {
  const names = (await readdir(folder)).filter((name) => name.endsWith(".sql")).sort();
  return Promise.all(
    names.map(async (name) => {
      const text = (await readFile(join(folder, name), "utf8")).replaceAll("\r\n", "\n");
      return { name: name.slice(0, -".sql".length), text, sha256: createHash("sha256").update(text).digest("hex") };
    }),
  );
}

export type ChecksumTable = { "wee5_migrations.checksum": { name: string; sha256: string } };

/** Hands SQL files to Kysely's migrator. Each is one query of many statements, recorded with its sum as it commits. */
export function sqlFileProvider(files: SqlFile[]): MigrationProvider {
  const migration = (file: SqlFile): Migration => ({
    async up(db: Kysely<ChecksumTable>) {
      await db.executeQuery(CompiledQuery.raw(file.text));
      await db.insertInto("wee5_migrations.checksum").values({ name: file.name, sha256: file.sha256 }).execute();
    },
  });
  return { getMigrations: async () => Object.fromEntries(files.map((file) => [file.name, migration(file)])) };
}
