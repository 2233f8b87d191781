import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { chownSync, lstatSync, readdirSync, readFileSync, readlinkSync, realpathSync } from "node:fs";
import { mkdir, readlink, rm, symlink } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { errorCode } from "@/dev/error-code";
import { isReachableByOthers, type RunAs } from "@/dev/postgres-binaries";

const run = promisify(execFile);

/** SIGKILL for a process and its children. The parent is stopped first, so that it cannot replace the ones that die. */
export async function killTree(pid: number): Promise<void> {
  signal(pid, "SIGSTOP");
  for (const child of await childrenOf(pid)) signal(child, "SIGKILL");
  signal(pid, "SIGKILL");
}

/**
 * Removes a lock file that a killed server has left. Waits a few seconds for a server that is just stopping.
 * @throws Error when a live server uses the folder.
 */
export async function clearStaleLock(dataDir: string): Promise<void> {
  const lock = join(dataDir, "postmaster.pid");
  for (let attempt = 0; ; attempt++) {
    const pid = Number(firstLine(lock));
    if (!pid) return;
    if (!servesFolder(pid, dataDir)) break;
    if (attempt === 30) {
      throw new Error(`Postgres (process ${pid}) already uses ${dataDir}. Is the demo running in another terminal?`);
    }
    await sleep(100);
  }
  await rm(lock, { force: true });
}

/**
 * A folder for the server's data that its user can reach: the one asked for, or, when that lies below a folder closed to
 * others (root's home), one in /var/tmp with a symbolic link at the place asked for.
 */
export async function reachableFolder(wanted: string, runAs: RunAs): Promise<string> {
  const path = resolve(wanted);
  await mkdir(dirname(path), { recursive: true });
  if (!runAs || isReachableByOthers(dirname(path))) {
    await mkdir(path, { recursive: true, mode: 0o700 });
    if (runAs) chownSync(path, runAs.uid, runAs.gid);
    return path;
  }
  const name = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const elsewhere = `/var/tmp/wee5-postgres-${name}`;
  await mkdir(elsewhere, { recursive: true, mode: 0o700 });
  if (!lstatSync(elsewhere).isDirectory()) throw new Error(`${elsewhere} is not a folder.`);
  chownSync(elsewhere, runAs.uid, runAs.gid);
  if (!isLink(path)) await symlink(elsewhere, path);
  return elsewhere;
}

/** Removes a server's data, log and password: what `npm run demo -- --fresh` does. The server must be stopped. */
export async function deletePostgresData(dataDir: string): Promise<void> {
  if (isLink(dataDir)) await rm(await readlink(dataDir), { recursive: true, force: true });
  for (const path of [dataDir, `${dataDir}.log`, `${dataDir}.password`])
    await rm(path, { recursive: true, force: true });
}

function isLink(path: string): boolean {
  return lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ?? false;
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const pairs = process.platform === "linux" ? fromProc() : await fromPs();
  return pairs.filter(([, parent]) => parent === pid).map(([child]) => child);
}

type Pair = [pid: number, parent: number];

/** Slim images have no `ps`. */
function fromProc(): Pair[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map((name): Pair => {
      const text = read(`/proc/${name}/stat`);
      // The second field is the command in brackets, which may hold spaces; the parent is the second after it.
      return [Number(name), Number(text.slice(text.lastIndexOf(")") + 2).split(" ")[1])];
    });
}

async function fromPs(): Promise<Pair[]> {
  const { stdout } = await run("ps", ["-A", "-o", "pid=,ppid="]);
  return stdout
    .trim()
    .split("\n")
    .map((line) => line.trim().split(/\s+/).map(Number) as Pair); // two numbers a line, as asked for
}

/** In a restarted container the number in the lock file may belong to any process; only a server counts. */
function servesFolder(pid: number, dataDir: string): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if (isGone(error)) return false;
    if (!isForbidden(error)) throw error;
  }
  if (process.platform !== "linux") return true;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === realpathSync(dataDir);
  } catch (error) {
    if (isGone(error) || isForbidden(error)) return false;
    throw error;
  }
}

function firstLine(path: string): string {
  return read(path).split("\n", 1)[0] ?? "";
}

function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (isGone(error)) return "";
    throw error;
  }
}

function isGone(error: unknown): boolean {
  return ["ENOENT", "ESRCH"].includes(errorCode(error) ?? "");
}

function isForbidden(error: unknown): boolean {
  return ["EPERM", "EACCES"].includes(errorCode(error) ?? "");
}
