import { setTimeout as sleep } from "node:timers/promises";
import type { BoundedLog } from "@/dev/bounded-log";
import { NEXT } from "@/dev/build-app";
import { type Child, startChild } from "@/dev/child";

const START_SECONDS = 120;

/**
 * Starts the app on 127.0.0.1, as built (`start`) or with hot reload (`dev`), and waits until it answers.
 * @throws Error with its last words when it does not; when `signal` is aborted, its reason.
 */
export async function startApp(
  how: "start" | "dev",
  port: number,
  env: NodeJS.ProcessEnv,
  log: BoundedLog | undefined,
  signal: AbortSignal,
): Promise<Child> {
  const args = [NEXT, how, "--port", String(port), "--hostname", "127.0.0.1"];
  const app = startChild({ name: "app", args, env, log });
  for (const until = Date.now() + START_SECONDS * 1000; Date.now() < until; await sleep(50)) {
    if (signal.aborted) {
      await app.stop();
      throw signal.reason;
    }
    if (!app.isRunning()) throw new Error(app.epitaph());
    if (await answers(`http://127.0.0.1:${port}/api/health`)) return app;
  }
  await app.stop();
  throw new Error(`The app gave no answer within ${START_SECONDS} s.`);
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.status < 500;
  } catch {
    return false; // which is the question
  }
}

/** Starts the process that works on jobs. */
export function startWorkerProcess(env: NodeJS.ProcessEnv, log: BoundedLog): Child {
  return startChild({ name: "worker", args: ["--import", "tsx", "scripts/worker.ts"], env, log });
}
