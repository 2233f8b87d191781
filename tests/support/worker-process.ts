import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { endWithUs } from "@/dev/end-with-us";
import type { TestApp } from "@/tests/support/app";

const START_SECONDS = 40;

export interface WorkerProcess {
  /** What it has written. */
  words(): string;
  /** Resolves once it has written this. */
  said(text: string): Promise<void>;
  /** SIGSTOP, and SIGCONT. */
  freeze(): void;
  wake(): void;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM. @returns its exit code. */
  terminate(): Promise<number | null>;
}

/** `npm run worker` in a process of its own, beside an app of the tests. */
export async function startWorkerProcess(app: TestApp, env: Record<string, string> = {}): Promise<WorkerProcess> {
  const child = spawn(process.execPath, ["--import", "tsx", join(process.cwd(), "scripts/worker.ts")], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "test", ...variablesOf(app), ...env },
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  endWithUs(child, "KILL");
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text) => {
      words += text;
    });
  }
  const worker = asProcess(child, () => words);
  await worker.said("worker started");
  return worker;
}

function asProcess(child: ChildProcess, words: () => string): WorkerProcess {
  const hasEnded = () => child.exitCode !== null || child.signalCode !== null;
  async function end(signal: NodeJS.Signals): Promise<void> {
    if (hasEnded()) return;
    child.ref();
    const gone = once(child, "exit");
    child.kill(signal);
    await gone;
  }
  return {
    words,
    async said(text) {
      const started = performance.now();
      while (!words().includes(text)) {
        if (hasEnded() || performance.now() - started > START_SECONDS * 1000)
          throw new Error(`The worker never said "${text}": ${words()}`);
        await sleep(20);
      }
    },
    freeze: () => void child.kill("SIGSTOP"),
    wake: () => void child.kill("SIGCONT"),
    kill: () => end("SIGKILL"),
    async terminate() {
      await end("SIGTERM");
      return child.exitCode;
    },
  };
}

function variablesOf({ database, whop, redis, deps }: TestApp): Record<string, string> {
  return {
    APP_URL: deps.env.appUrl,
    DATABASE_URL: database.appUrl,
    DIRECT_DATABASE_URL: database.ownerUrl,
    UPSTASH_REDIS_REST_URL: redis.url,
    UPSTASH_REDIS_REST_TOKEN: redis.token,
    WHOP_API_KEY: whop.apiKey,
    WHOP_WEBHOOK_SECRET: whop.webhookSecret,
    WHOP_BASE_URL: whop.baseUrl,
    WHOP_BOT_USER_ID: whop.botUserId,
    NEXT_PUBLIC_WHOP_APP_ID: whop.appId,
    ENCRYPTION_KEY: deps.env.encryptionKey.toString("base64"),
    LOG_LEVEL: "info",
  };
}
