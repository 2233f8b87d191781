import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseEnv } from "node:util";
import { z } from "zod";
import { readJson } from "@/dev/read-json";

/** Adds what stands in `.env.local`, where Next finds the app's variables too. Those that are set already stay. */
export function loadEnvFile(folder = process.cwd()): void {
  const path = join(folder, ".env.local");
  if (!existsSync(path)) return;
  for (const [name, value] of Object.entries(parseEnv(readFileSync(path, "utf8")))) process.env[name] ??= value;
}

/**
 * The environment for a tool that looks at an installation: the demo's where one is running in this folder, so that nobody has to
 * say so, else that of `.env.local`. What is set goes before either.
 */
export async function environmentOfTools(folder = process.cwd()): Promise<NodeJS.ProcessEnv> {
  const demo = await readJson(join(folder, ".wee5", "environment.json"));
  if (demo === undefined) loadEnvFile(folder);
  return { ...z.record(z.string(), z.string()).optional().parse(demo), ...process.env };
}
