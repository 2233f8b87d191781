import { execFile } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import { z } from "zod";

const run = promisify(execFile);

/** Whether Postgres' own benchmark is installed. */
export function hasPgbench(): boolean {
  return (process.env.PATH ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, "pgbench"), constants.X_OK);
      return true;
    } catch {
      return false; // which is the question
    }
  });
}

/**
 * Transactions a second of a script. @param variables of the script, by name.
 * @throws Error with pgbench's words when a transaction fails.
 */
export async function pgbench(
  url: string,
  script: string,
  { clients, seconds, variables = {} }: { clients: number; seconds: number; variables?: Record<string, number> },
): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "wee5-pgbench-"));
  try {
    const file = join(folder, "script.sql");
    await writeFile(file, script);
    const defined = Object.entries(variables).flatMap(([name, value]) => ["-D", `${name}=${value}`]);
    const args = ["-n", "-f", file, "-c", String(clients), "-j", "2", "-T", String(seconds), ...defined];
    const { stdout } = await run("pgbench", args, { env: { ...process.env, ...asVariables(url) } });
    const failed = /number of failed transactions: (\d+)/.exec(stdout)?.[1] ?? "0";
    if (failed !== "0") throw new Error(`${failed} transactions of pgbench failed.`);
    return z.coerce
      .number()
      .positive()
      .parse(/tps = ([\d.]+)/.exec(stdout)?.[1]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The password stays out of the process list. */
function asVariables(url: string): Record<string, string> {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    PGHOST: hostname,
    PGPORT: port,
    PGUSER: username,
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: pathname.slice(1),
  };
}
