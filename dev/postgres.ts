import { type ChildProcess, execFile, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chownSync, closeSync, openSync, readFileSync } from "node:fs";
import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { Client } from "pg";
import { endWithUs } from "@/dev/end-with-us";
import { errorCode } from "@/dev/error-code";
import { freePort } from "@/dev/free-port";
import { findPostgres, type PostgresBinaries } from "@/dev/postgres-binaries";
import { clearStaleLock, killTree, reachableFolder } from "@/dev/postgres-process";

const run = promisify(execFile);
const START_SECONDS = 60;
const STOP_SECONDS = 15;

export type PostgresOptions = {
  /** Kept when given; else a temporary folder that `stop` removes. */
  dataDir?: string;
  port?: number;
  /** Of the owner role `postgres`. Else one is drawn, and kept beside a `dataDir`. */
  password?: string;
  /** False is for tests only: a crash of the machine may then lose or tear anything. */
  durable: boolean;
  settings?: Record<string, string>;
};

export type Postgres = {
  /** Connection string of the owner role `postgres`, a superuser. */
  url(database?: string): string;
  readonly port: number;
  /** Of the postmaster; another one after `restart`. */
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL of the postmaster and all its children, as when the machine loses power (less the disk's cache). */
  kill(): Promise<void>;
  /** Starts again with the same data on the same port, also after `kill`. */
  restart(): Promise<void>;
};

/**
 * Starts a PostgreSQL server of its own on 127.0.0.1, as any user (as root it runs as `nobody`). It ends with the process
 * that started it, however that one ends.
 * @throws Error with the server's last words when it does not come up.
 */
export async function startPostgres(options: PostgresOptions): Promise<Postgres> {
  const binaries = await findPostgres();
  const place = await choosePlace(options, binaries);
  const isNew = !(await exists(join(place.data, "PG_VERSION")));
  const password = await choosePassword(options, place, isNew);
  try {
    if (isNew) await initialise(binaries, place, password, options.durable);
    else await clearStaleLock(place.data);
    return await serve(binaries, place, password, options);
  } catch (error) {
    if (place.temporary) await rm(place.temporary, { recursive: true, force: true });
    throw error;
  }
}

type Place = { data: string; log: string; passwordFile?: string; temporary?: string };

async function choosePlace(options: PostgresOptions, { runAs }: PostgresBinaries): Promise<Place> {
  if (options.dataDir) {
    const data = await reachableFolder(options.dataDir, runAs);
    return { data, log: `${options.dataDir}.log`, passwordFile: `${options.dataDir}.password` };
  }
  const temporary = await mkdtemp(join(tmpdir(), "wee5-postgres-"));
  await chmod(temporary, 0o711);
  const data = join(temporary, "data");
  await mkdir(data, { mode: 0o700 });
  if (runAs) chownSync(data, runAs.uid, runAs.gid);
  return { data, log: join(temporary, "postgres.log"), temporary };
}

async function choosePassword(options: PostgresOptions, place: Place, isNew: boolean): Promise<string> {
  if (options.password) return options.password;
  if (!isNew && place.passwordFile) return (await readFile(place.passwordFile, "utf8")).trim();
  const password = randomBytes(18).toString("base64url");
  if (place.passwordFile) await writeFile(place.passwordFile, `${password}\n`, { mode: 0o600 });
  return password;
}

async function initialise(binaries: PostgresBinaries, place: Place, password: string, durable: boolean) {
  const { stdout } = await run(join(binaries.binDir, "postgres"), ["--version"], { env: cleanEnvironment() });
  const major = Number(/(\d+)/.exec(stdout)?.[1] ?? 0);
  // Sorting and case rules that do not depend on what the machine has installed; 17 brought them.
  const locale = major >= 17 ? ["--locale-provider=builtin", "--locale=C.UTF-8"] : ["--locale=C"];
  const folder = await mkdtemp(join(tmpdir(), "wee5-password-"));
  const file = join(folder, "password");
  try {
    await writeFile(file, password, { mode: 0o600 });
    if (binaries.runAs) {
      for (const path of [folder, file]) chownSync(path, binaries.runAs.uid, binaries.runAs.gid);
    }
    const args = [`--pgdata=${place.data}`, "--username=postgres", `--pwfile=${file}`, "--auth=scram-sha-256"];
    args.push("--encoding=UTF8", "--no-instructions", ...locale, ...(durable ? [] : ["--no-sync"]));
    await run(join(binaries.binDir, "initdb"), args, { ...binaries.runAs, env: cleanEnvironment(), cwd: "/" });
  } catch (error) {
    const said = typeof error === "object" && error && "stderr" in error ? String(error.stderr).trim() : "";
    throw new Error(`initdb failed: ${said}`, { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function serve(
  binaries: PostgresBinaries,
  place: Place,
  password: string,
  options: PostgresOptions,
): Promise<Postgres> {
  let port = options.port || (await freePort());
  let server: ChildProcess | undefined;
  const url = (database = "postgres") =>
    `postgresql://postgres:${encodeURIComponent(password)}@127.0.0.1:${port}/${encodeURIComponent(database)}`;

  async function start(attempts: number): Promise<void> {
    const log = openSync(place.log, "w", 0o600);
    const child = spawn(join(binaries.binDir, "postgres"), serverArguments(place, port, options), {
      ...binaries.runAs,
      cwd: "/",
      env: cleanEnvironment(),
      stdio: ["ignore", "ignore", log],
      // Ctrl-C reaches every process of the terminal's group; the order of stopping is ours to choose.
      detached: true,
    });
    closeSync(log);
    server = child;
    endWithUs(child, "INT", place.temporary);
    try {
      await answering(child, url());
    } catch (error) {
      await end("SIGKILL");
      const words = readFileSync(place.log, "utf8").trim();
      // Children of a server that was just killed may need a moment to be gone.
      if (attempts > 1 && /shared memory block .* is still in use/.test(words)) {
        await sleep(300);
        return start(attempts - 1);
      }
      if (attempts > 1 && /Address already in use|could not bind/i.test(words)) {
        if (options.port) await sleep(300);
        else port = await freePort();
        return start(attempts - 1);
      }
      throw new Error(`Postgres did not start: ${words.split("\n").slice(-5).join(" | ")}`, { cause: error });
    }
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const child = server;
    if (!child) return;
    if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
      child.ref();
      const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      if (signal === "SIGKILL") await killTree(child.pid);
      else child.kill(signal);
      const inTime = await Promise.race([gone.then(() => true), sleep(STOP_SECONDS * 1000, false, { ref: false })]);
      if (!inTime) {
        await killTree(child.pid);
        await gone;
      }
    }
    server = undefined;
  }

  await start(5);
  return {
    url,
    get port() {
      return port;
    },
    get pid() {
      if (server?.pid === undefined) throw new Error("Postgres is not running.");
      return server.pid;
    },
    kill: () => end("SIGKILL"),
    async stop() {
      // SIGINT is an orderly stop that does not wait for clients; what is thrown away needs no checkpoint (SIGQUIT).
      await end(place.temporary ? "SIGQUIT" : "SIGINT");
      if (place.temporary) await rm(place.temporary, { recursive: true, force: true });
    },
    async restart() {
      await end("SIGINT");
      await clearStaleLock(place.data);
      await start(5);
    },
  };
}

function serverArguments(place: Place, port: number, options: PostgresOptions): string[] {
  const settings: Record<string, string> = {
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: "",
    max_connections: "200",
    wal_level: "logical",
    timezone: "UTC",
    log_timezone: "UTC",
    // A killed server leaves nothing outside its folder.
    ...(place.temporary ? { dynamic_shared_memory_type: "mmap" } : {}),
    ...(options.durable ? {} : { fsync: "off", synchronous_commit: "off", full_page_writes: "off" }),
    ...options.settings,
  };
  return ["-D", place.data, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])];
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  let failure: unknown;
  server.once("error", (error) => {
    failure = error;
  });
  const until = Date.now() + START_SECONDS * 1000;
  while (Date.now() < until) {
    if (failure !== undefined || server.exitCode !== null || server.signalCode !== null) break;
    const client = new Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
    client.on("error", (error) => {
      failure = error;
    });
    try {
      await client.connect();
      await client.end();
      return;
    } catch (error) {
      // Refused or "starting up" (57P03): ask again. A wrong password never gets better.
      if (errorCode(error) === "28P01") throw error;
      await sleep(25);
    }
  }
  throw new Error("It gave no answer.", { cause: failure });
}

/** Without PG… variables of the user's own, which would redirect or reconfigure the server. */
function cleanEnvironment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith("PG") && !name.startsWith("LC_"));
  return { ...Object.fromEntries(kept), LC_ALL: "C", NODE_ENV: process.env.NODE_ENV };
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}
