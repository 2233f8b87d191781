import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sql } from "kysely";
import { SQLSTATES, STATUS_BY_CODE, sqlErrorName } from "@/lib/errors";
import { asAppError } from "@/lib/http/answer";
import { aDatabase, type TestDatabase } from "@/tests/support/database";

const FOLDER = join(process.cwd(), "supabase", "migrations");

/** What each of our SQLSTATEs means to who calls us over HTTP, when no service has made something better of it. */
const STATUS: Record<keyof typeof SQLSTATES, number> = {
  W5N01: 404,
  // Mistakes of ours, never the caller's: nothing of them is told.
  W5C01: 500,
  W5S01: 500,
  W5A01: 500,
  W5B01: 500,
  W5L01: 500,
};

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

function raisedInMigrations(): string[] {
  const text = readdirSync(FOLDER)
    .filter((name) => name.endsWith(".sql"))
    .map((name) => readFileSync(join(FOLDER, name), "utf8"))
    .join("\n");
  return [...text.matchAll(/errcode\s*=\s*'([^']*)'/gi)].map(([, code]) => code ?? "");
}

test("every SQLSTATE that our SQL raises has a name in lib/errors.ts, and every name is raised", async () => {
  const codes = raisedInMigrations();
  const { rows } = await sql<{ source: string }>`
    select prosrc as source from pg_proc where pronamespace = 'public'::regnamespace`.execute(database.owner);
  const live = rows.flatMap(({ source }) =>
    [...source.matchAll(/errcode\s*=\s*'([^']*)'/gi)].map(([, code]) => code ?? ""),
  );
  expect([...new Set(codes)].sort()).toEqual(Object.keys(SQLSTATES).sort());
  expect([...new Set(live)].sort()).toEqual(Object.keys(SQLSTATES).sort());
});

test("no function of ours raises an exception without a SQLSTATE", async () => {
  const { rows } = await sql<{ name: string; source: string }>`
    select proname as name, prosrc as source from pg_proc where pronamespace = 'public'::regnamespace`.execute(
    database.owner,
  );
  const raises = rows.flatMap(({ name, source }) =>
    [...source.matchAll(/raise exception[^;]*;/gi)].map(([statement]) => [name, statement] as const),
  );
  expect(raises.length).toBeGreaterThan(5);
  for (const [name, statement] of raises) expect([name, statement]).toEqual([name, expect.stringContaining("errcode")]);
});

test.each(Object.entries(STATUS))("%s reaches a caller as %i, and its words do not", async (code, status) => {
  const raised = await sql
    .raw(`do $$ begin raise exception 'a secret of the database' using errcode = '${code}'; end $$`)
    .execute(database.db)
    .catch((error: unknown) => error);
  expect(sqlErrorName(raised)).toBe(SQLSTATES[code as keyof typeof SQLSTATES]);
  const answer = asAppError(raised);
  expect([answer.status, Object.values(STATUS_BY_CODE)]).toEqual([status, expect.arrayContaining([status])]);
  expect(JSON.stringify([answer.publicMessage, answer.details])).not.toContain("secret");
});
