import { once } from "node:events";
import { join } from "node:path";
import { processEnvironment } from "@/dev/app-environment";
import { createBoundedLog } from "@/dev/bounded-log";
import { NEXT } from "@/dev/build-app";
import { startChild } from "@/dev/child";
import { freePort } from "@/dev/free-port";

const FOLDER = join("bench", "bare");
const START_MS = 30_000;

/** Builds and starts a Next app with one page and nothing else, for comparison. */
export async function startBareApp(dataDir: string): Promise<{ url: string; stop(): Promise<unknown> }> {
  const env = processEnvironment({}, "production");
  const log = createBoundedLog(join(dataDir, "bare.log"));
  const build = startChild({ name: "build of the bare page", args: [NEXT, "build", FOLDER], env, log });
  if ((await build.ended) !== 0) throw new Error(build.epitaph());
  const port = await freePort();
  const args = [NEXT, "start", FOLDER, "--port", String(port), "--hostname", "127.0.0.1"];
  const app = startChild({ name: "bare page", args, env, log });
  const url = `http://127.0.0.1:${port}/`;
  for (const until = Date.now() + START_MS; Date.now() < until; ) {
    if (!app.isRunning()) throw new Error(app.epitaph());
    const isUp = await fetch(url).then(
      (response) => response.ok,
      () => false, // not yet
    );
    if (isUp) return { url, stop: () => app.stop() };
    await once(AbortSignal.timeout(100), "abort");
  }
  await app.stop();
  throw new Error("The bare page did not start.");
}
