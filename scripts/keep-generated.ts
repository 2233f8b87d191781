import { readFile, writeFile } from "node:fs/promises";
import { errorCode } from "@/dev/error-code";

const LINES_SHOWN = 10;

/**
 * Writes a generated file, or with `--check` compares it with the one that is there.
 * @param command what the reader should run when it differs.
 */
export async function keepGenerated(path: string, text: string, command: string): Promise<void> {
  if (!process.argv.includes("--check")) {
    await writeFile(path, text);
    process.stdout.write(`Wrote ${path}\n`);
    return;
  }
  const present = await readExisting(path);
  if (present === text) return;
  const lines = differences(present, text);
  process.stderr.write(`${path} is not what the migrations make. Run \`${command}\` and commit it.\n${lines}\n`);
  process.exitCode = 1;
}

async function readExisting(path: string): Promise<string> {
  try {
    return (await readFile(path, "utf8")).replaceAll("\r\n", "\n");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "";
    throw error;
  }
}

/** The lines only one side has: enough to see what was forgotten. */
function differences(present: string, wanted: string): string {
  const old = new Set(present.split("\n"));
  const fresh = new Set(wanted.split("\n"));
  const gone = [...old].filter((line) => !fresh.has(line)).map((line) => `- ${line}`);
  const come = [...fresh].filter((line) => !old.has(line)).map((line) => `+ ${line}`);
  const all = [...gone, ...come];
  const rest = all.length - LINES_SHOWN;
  if (all.length === 0) return "Only the order of its lines differs.";
  return [...all.slice(0, LINES_SHOWN), ...(rest > 0 ? [`… and ${rest} more`] : [])].join("\n");
}
