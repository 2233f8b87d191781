import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { Client } from "pg";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { migrate } from "@/lib/db/migrate";

const run = promisify(execFile);
let postgres: Postgres;
let folder: string;
let ownerUrl: string;
let databases = 0;

beforeAll(async () => {
  postgres = await startPostgres({ durable: false });
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "wee5-migrations-"));
  databases += 1;
  await query(postgres.url(), `create database d${databases}`);
  ownerUrl = postgres.url(`d${databases}`);
});
afterEach(() => rm(folder, { recursive: true }));

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

const file = (name: string, text: string) => writeFile(join(folder, `${name}.sql`), text);
const go = () => migrate({ ownerUrl, folder });

test("files run in order, once, many statements each; a second run does nothing", async () => {
  await file("2_b", "insert into list (word) values ('b')");
  await file("1_a", "create table list (n serial, word text); insert into list (word) values ('a;'), ($$--$$)");
  expect(await go()).toEqual(["1_a", "2_b"]);
  expect(await go()).toEqual([]);
  await file("3_c", "create function three() returns int language plpgsql as $f$ begin return 3; end; $f$");
  expect(await go()).toEqual(["3_c"]);
  expect(await query(ownerUrl, "select word from list order by n")).toEqual([
    { word: "a;" },
    { word: "--" },
    { word: "b" },
  ]);
});

test("eight at once: each file runs once, the password is set, and all succeed", async () => {
  await file("1_a", "create role wee5_crowd nologin; create table once (n int); insert into once values (1)");
  const appUrl = ownerUrl.replace(/\/\/[^@]*@/, "//wee5_app:together@");
  await query(ownerUrl, "create role wee5_app nologin");
  try {
    const applied = await Promise.all(Array.from({ length: 8 }, () => migrate({ ownerUrl, appUrl, folder })));
    expect(applied.flat()).toEqual(["1_a"]);
    expect(await query(appUrl, "select current_user::text as me")).toEqual([{ me: "wee5_app" }]);
  } finally {
    await query(ownerUrl, "drop role wee5_app");
  }
});

test("one bad file undoes the whole run, and says which", async () => {
  await file("1_a", "create table kept (n int)");
  await go();
  await file("2_b", "create table undone (n int)");
  await file("3_c", "select 1 / 0");
  await expect(go()).rejects.toThrow("The migration 3_c.sql failed: division by zero");
  expect(await query(ownerUrl, "select to_regclass('undone') as undone, to_regclass('kept')::text as kept")).toEqual([
    { undone: null, kept: "kept" },
  ]);
  await file("3_c", "select 1 / 1");
  expect(await go()).toEqual(["2_b", "3_c"]);
});

test("an applied file that was edited, or is gone, is refused; other line endings are no edit", async () => {
  await file("1_a", "create table a (n int);\nselect 1;\n");
  await go();
  await file("1_a", "create table a (n int);\r\nselect 1;\r\n");
  expect(await go()).toEqual([]);
  await file("1_a", "create table a (n bigint);\nselect 1;\n");
  await file("2_b", "create table b (n int)");
  await expect(go()).rejects.toThrow("1_a.sql was edited after it was applied");
  expect(await query(ownerUrl, "select to_regclass('b') as b")).toEqual([{ b: null }]);
  await rm(join(folder, "1_a.sql"));
  await expect(go()).rejects.toThrow("1_a.sql is missing");
});

test("a file whose name comes before an applied one is refused", async () => {
  await file("2_b", "select 1");
  await go();
  await file("1_a", "select 1");
  await expect(go()).rejects.toThrow("1_a");
});

test("the roles that Supabase has exist, those already there are left as they are", async () => {
  await go();
  const roles =
    "select rolname, rolcanlogin from pg_roles where rolname in ('anon', 'authenticated', 'service_role') order by 1";
  expect(await query(ownerUrl, roles)).toHaveLength(3);
  await query(ownerUrl, "alter role anon with login");
  try {
    await go();
    expect(await query(ownerUrl, roles)).toContainEqual({ rolname: "anon", rolcanlogin: true });
  } finally {
    await query(ownerUrl, "alter role anon with nologin");
  }
});

test("the application's role gets the password of its connection string, whatever signs it has, and a new one later", async () => {
  await file("1_a", "create role wee5_app nologin");
  for (const [user, password] of [
    ["wee5_app", 'it\'s $1 a \\ "p%ss":/@word'],
    ["wee5_app", "naïve ✓"],
  ] as const) {
    const appUrl = ownerUrl.replace(/\/\/[^@]*@/, `//${user}:${encodeURIComponent(password)}@`);
    await migrate({ ownerUrl, appUrl, folder });
    expect(await query(appUrl, "select current_user::text as me")).toEqual([{ me: "wee5_app" }]);
    await migrate({ ownerUrl, appUrl, folder });
    expect(await query(appUrl, "select current_user::text as me")).toEqual([{ me: "wee5_app" }]);
    await expect(query(appUrl.replace(/:[^:@]*@/, ":wrong@"), "select 1")).rejects.toThrow("password");
  }
});

test("the job queue's schema is there", async () => {
  await go();
  const rows = await query(
    ownerUrl,
    "select to_regprocedure('graphile_worker.add_jobs(graphile_worker.job_spec[], boolean)') is not null as there",
  );
  expect(rows).toEqual([{ there: true }]);
});

describe("npm run migrate", () => {
  const script = async (env: Record<string, string>) => {
    const { PATH, HOME } = process.env;
    const set = { PATH, HOME, NODE_ENV: "test", ...env } as const;
    return run(process.execPath, ["--import", "tsx", "scripts/migrate.ts"], { env: set });
  };
  const failure = async (env: Record<string, string>) =>
    script(env).then(
      () => "no error",
      (error: { stderr: string }) => error.stderr,
    );

  test("brings an empty database to the present schema, and names what it did", async () => {
    const { stdout } = await script({ DIRECT_DATABASE_URL: ownerUrl });
    expect(stdout).toMatch(/^applied \d{14}_\w+$/m);
    expect((await script({ DIRECT_DATABASE_URL: ownerUrl })).stdout).toBe("The database is up to date.\n");
  });

  test("says in one line what is wrong, without the password", async () => {
    expect(await failure({})).toMatch(/^Migration failed: DIRECT_DATABASE_URL is not set.*\n$/);
    const wrong = await failure({ DIRECT_DATABASE_URL: ownerUrl.replace(/:[^:@]*@/, ":wrong-secret@") });
    expect(wrong).toMatch(/^Migration failed: password authentication failed.*\n$/);
    const away = await failure({ DIRECT_DATABASE_URL: "postgresql://postgres:wrong-secret@127.0.0.1:1/postgres" });
    expect(away).toMatch(/^Migration failed: .*ECONNREFUSED.*\n$/);
    expect(`${wrong}${away}`).not.toContain("wrong-secret");
  });
});
