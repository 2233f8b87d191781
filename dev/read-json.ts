import { readFile } from "node:fs/promises";
import { errorCode } from "@/dev/error-code";

/** What a JSON file holds; undefined when there is no such file or it is no JSON (half written by a killed process). */
export async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
