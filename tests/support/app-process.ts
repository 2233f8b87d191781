import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithUs } from "@/dev/end-with-us";
import { steadyPort } from "@/tests/support/steady-port";

const START_SECONDS = 60;
const END_SECONDS = 20;
const LINES_KEPT = 200;

/** The route handlers by a small server of ours, or the built app by `next start`. */
export type AppKind = "handlers" | "built";

export interface AppProcess {
  url: string;
  /** How often it has ended without being told to. */
  deaths(): number;
  /** Errors that nobody handled: "handlers" dies of them, the built app logs them and goes on. */
  strayErrors(): number;
  /** The newest lines it has written. */
  words(): string[];
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM, and SIGKILL after 20 s. @returns milliseconds until it has ended. */
  terminate(): Promise<number>;
  /** Starts it again on the same port. @returns milliseconds until the first answer. */
  start(): Promise<number>;
  /** "handlers" only: its clock is so much ahead of the machine's. */
  shiftClock(milliseconds: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the app in a process of its own, on a free port, and waits for its first answer. */
export async function startAppProcess(kind: AppKind, env: Record<string, string>): Promise<AppProcess> {
  const port = await steadyPort();
  const url = `http://127.0.0.1:${port}`;
  const lines: string[] = [];
  let child: ChildProcess | undefined;
  let deaths = 0;
  let strays = 0;
  let isWanted = false;

  function listen(text: string): void {
    for (const line of text.split("\n").filter(Boolean)) {
      if (line.includes('"level":"fatal"')) strays += 1;
      lines.push(line);
    }
    lines.splice(0, lines.length - LINES_KEPT);
  }

  async function start(): Promise<number> {
    const started = performance.now();
    const running = spawn(process.execPath, commandLine(kind, port), {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...env,
        NODE_ENV: kind === "built" ? "production" : "test",
      },
      stdio: kind === "handlers" ? ["ignore", "pipe", "pipe", "ipc"] : ["ignore", "pipe", "pipe"],
      detached: true,
    });
    endWithUs(running, "KILL");
    child = running;
    isWanted = true;
    for (const stream of [running.stdout, running.stderr]) stream?.setEncoding("utf8").on("data", listen);
    running.once("exit", () => {
      if (isWanted && child === running) deaths += 1;
    });
    while (performance.now() - started < START_SECONDS * 1000) {
      if (running.exitCode !== null || running.signalCode !== null) break;
      if (await answers(url)) return performance.now() - started;
      await sleep(25);
    }
    throw new Error(`The app did not start: ${lines.slice(-5).join(" | ")}`);
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const running = child;
    isWanted = false;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    running.ref();
    const gone = once(running, "exit");
    running.kill(signal);
    const inTime = await Promise.race([gone.then(() => true), sleep(END_SECONDS * 1000, false, { ref: false })]);
    if (inTime) return;
    running.kill("SIGKILL");
    await gone;
  }

  await start();
  return {
    url,
    deaths: () => deaths,
    strayErrors: () => strays,
    words: () => [...lines],
    kill: () => end("SIGKILL"),
    async terminate() {
      const started = performance.now();
      await end("SIGTERM");
      return performance.now() - started;
    },
    start,
    async shiftClock(clockOffsetMs) {
      const running = child;
      if (!running?.connected) throw new Error("Only the handlers' process can be told of another time.");
      const done = once(running, "message");
      running.send({ clockOffsetMs });
      await done;
    },
    stop: () => end("SIGKILL"),
  };
}

function commandLine(kind: AppKind, port: number): string[] {
  const root = process.cwd();
  if (kind === "handlers") {
    return ["--import", "tsx", join(root, "tests/support/app-process-main.ts"), String(port)];
  }
  return [join(root, "node_modules/next/dist/bin/next"), "start", "--port", String(port), "--hostname", "127.0.0.1"];
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url}/api/health`, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false; // which is the question
  }
}
