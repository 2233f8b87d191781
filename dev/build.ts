import { mkdir } from "node:fs/promises";
import { processEnvironment } from "@/dev/app-environment";
import { createBoundedLog } from "@/dev/bounded-log";
import { buildApp, isBuilt } from "@/dev/build-app";
import { failWith } from "@/scripts/fail-with";

/** Builds the app unless the build that is there is of these sources, as the demo does; its output is in `.wee5/build.log`. */
async function main(): Promise<void> {
  if (await isBuilt()) return;
  await mkdir(".wee5", { recursive: true });
  await buildApp(
    processEnvironment({}, "production"),
    createBoundedLog(".wee5/build.log"),
    new AbortController().signal,
  );
}

main().catch(failWith("The app was not built"));
