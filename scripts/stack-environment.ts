import { readFile } from "node:fs/promises";
import { join } from "node:path";

/** The environment of the demo that is running in this folder, so that a tool looks at it without being told; else nothing. */
export async function stackEnvironment(): Promise<Record<string, string>> {
  try {
    return JSON.parse(await readFile(join(process.cwd(), ".wee5", "environment.json"), "utf8"));
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return {};
    throw error;
  }
}
