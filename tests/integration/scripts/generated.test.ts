import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

const run = promisify(execFile);
const root = process.cwd();
let project: string;

beforeAll(async () => {
  project = await mkdtemp(join(tmpdir(), "wee5-project-"));
  await mkdir(join(project, "supabase", "migrations"), { recursive: true });
  await mkdir(join(project, "types"));
  await symlink(join(root, "node_modules"), join(project, "node_modules"));
  await writeFile(join(project, "package.json"), "{}");
  await writeFile(join(project, "supabase", "migrations", "1_create_things.sql"), MIGRATION);
  await Promise.all([script("dump-schema.ts"), script("generate-types.ts")]);
});
afterAll(() => rm(project, { recursive: true }));

const MIGRATION = `
create type mood as enum ('good', 'bad');
create table things (
  id bigint generated always as identity primary key, name text not null default 'it''s', day date, at timestamptz,
  feeling mood, twice int generated always as (2) stored, check (name <> '')
);
comment on column things.name is 'Why it''s there.';
create index things_by_day on things (day) where day is not null;
alter table things enable row level security;
create policy mine on things for select to anon using (name = current_user);
grant select (name) on things to anon;
create table parts (at date not null) partition by range (at);
create table parts_2026 partition of parts for values from ('2026-01-01') to ('2027-01-01');
create function answer() returns int language sql set search_path = '' as $$ select 42 $$;
revoke execute on function answer() from public;
create function touch() returns trigger language plpgsql as $$ begin return new; end $$;
create trigger touched before update on things for each row execute function touch();
`;

/** @returns what it wrote to stderr; throws with exit code and stderr otherwise. */
async function script(name: string, ...args: string[]): Promise<void> {
  const loader = join(root, "node_modules/tsx/dist/loader.mjs");
  const env = { ...process.env, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") };
  await run(process.execPath, ["--import", loader, join(root, "scripts", name), ...args], { cwd: project, env });
}

test("the schema shows all that a reader must know", async () => {
  const text = await readFile(join(project, "supabase", "schema.sql"), "utf8");
  for (const part of [
    "create type mood as enum ('good', 'bad');",
    "  id bigint generated always as identity not null,",
    "  name text default 'it''s'::text not null,",
    "  twice integer generated always as (2) stored",
    "  constraint things_name_check CHECK ((name <> ''::text))",
    "comment on column things.name is 'Why it''s there.';",
    "CREATE INDEX things_by_day ON public.things USING btree (day) WHERE (day IS NOT NULL);",
    "alter table things enable row level security;",
    "create policy mine on things for select to anon",
    "grant select (name) on things to anon;",
    "CREATE TRIGGER touched BEFORE UPDATE",
    "partition by RANGE (at);",
    " SET search_path TO ''",
    "-- anyone may execute touch()",
  ]) {
    expect(text).toContain(part);
  }
  expect(text).not.toContain("parts_2026");
  expect(text).not.toContain("anyone may execute answer()");
  expect(text).not.toContain("graphile_worker.");
});

test("types are what the driver gives: numbers for bigint, text for days", async () => {
  const text = await readFile(join(project, "types", "database.ts"), "utf8");
  expect(text).toMatch(/^ {2}id: Generated<number>;$/m);
  expect(text).toMatch(/^ {2}day: string \| null;$/m);
  expect(text).toMatch(/^ {2}at: Timestamp \| null;$/m);
  expect(text).not.toContain("GraphileWorker");
  expect(text).not.toContain("Checksum");
});

test.each([
  ["dump-schema.ts", "supabase/schema.sql", "npm run schema"],
  ["generate-types.ts", "types/database.ts", "npm run types"],
])(
  "%s --check passes on what it wrote, and fails, saying what to run, on anything else",
  async (name, file, command) => {
    await script(name, "--check");
    await appendFile(join(project, file), "-- by hand\n");
    const migration = join(project, "supabase", "migrations", "2_add_colour.sql");
    await writeFile(migration, "alter table things add column colour text");
    const forgotten = script(name, "--check");
    await expect(forgotten).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining(command) });
    await expect(forgotten).rejects.toMatchObject({ stderr: expect.stringMatching(/^\+ .*colour/m) });
    await expect(forgotten).rejects.toMatchObject({ stderr: expect.stringContaining("- -- by hand") });
    await rm(migration);
  },
);
