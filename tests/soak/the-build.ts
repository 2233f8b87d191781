import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { processEnvironment } from "@/dev/app-environment";
import { createBoundedLog } from "@/dev/bounded-log";
import { buildApp, isBuilt } from "@/dev/build-app";

/** Sees to it that the app is built of the sources that are there. @throws Error with the last words of the build. */
export async function theBuild(say: (line: string) => void): Promise<"built"> {
  if (await isBuilt()) return "built";
  say("building the app");
  const folder = await mkdtemp(join(tmpdir(), "wee5-soak-"));
  const log = createBoundedLog(join(folder, "build.log"));
  await buildApp(processEnvironment({}, "production"), log, new AbortController().signal);
  await rm(folder, { recursive: true, force: true }); // kept when the build fails: its error names the log
  return "built";
}
