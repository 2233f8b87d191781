import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";

const FOLDER = join(process.cwd(), "dev/whop/host");

let script: Promise<string> | undefined;

/** The page's scripts in one file, with Whop's own half of @whop/iframe in it; made when it is first asked for. */
export function hostScript(): Promise<string> {
  script ??= bundle();
  return script;
}

/** In the order in which they build on one another. */
const STYLES = ["base.css", "middle.css", "forum.css", "controls.css", "narrow.css"];

export async function hostStyle(): Promise<string> {
  const sheets = await Promise.all(STYLES.map((name) => readFile(join(FOLDER, "style", name), "utf8")));
  return sheets.join("\n");
}

async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [join(FOLDER, "client/main.ts")],
    bundle: true,
    write: false,
    minify: true,
    format: "esm",
    platform: "browser",
    target: "es2022",
    logLevel: "silent",
    // The protocol's library tells the console of each message.
    pure: ["console.debug"],
  });
  return outputFiles[0]?.text ?? "";
}
