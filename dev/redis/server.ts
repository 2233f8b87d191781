import { type ChildProcess, spawn } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Redis } from "ioredis";
import { endWithUs } from "@/dev/end-with-us";
import { freePort } from "@/dev/free-port";

const START_SECONDS = 20;

export type RedisServer = {
  readonly url: string;
  readonly pid: number;
  stop(): Promise<void>;
  /** SIGKILL. It kept nothing, so `restart` brings an empty one back on the same port. */
  kill(): Promise<void>;
  restart(): Promise<void>;
};

/**
 * Starts a real Redis on 127.0.0.1 that keeps nothing on disk, or gives undefined when the machine has no `redis-server`.
 * It ends with the process that started it.
 */
export async function startRedisServer(): Promise<RedisServer | undefined> {
  const program = onPath("redis-server");
  if (!program) return undefined;
  const folder = await mkdtemp(join(tmpdir(), "wee5-redis-"));
  const port = await freePort();
  const settings = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", folder];
  const url = `redis://127.0.0.1:${port}`;
  let server: ChildProcess | undefined;

  async function start(): Promise<void> {
    server = spawn(program ?? "", settings, { stdio: "ignore", detached: true });
    endWithUs(server, "KILL", folder);
    await answering(server, url);
  }
  async function kill(): Promise<void> {
    const child = server;
    server = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.ref();
    const gone = new Promise<void>((resolve) => child.once("exit", () => resolve()));
    child.kill("SIGKILL");
    await gone;
  }

  await start();
  return {
    url,
    get pid() {
      if (server?.pid === undefined) throw new Error("Redis is not running.");
      return server.pid;
    },
    kill,
    async restart() {
      await kill();
      await start();
    },
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function onPath(program: string): string | undefined {
  const folders = (process.env.PATH ?? "").split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, program)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false; // which is the question
  }
}

async function answering(server: ChildProcess, url: string): Promise<void> {
  let failure: Error | undefined;
  server.once("error", (error) => {
    failure = error;
  });
  const redis = new Redis(url, { lazyConnect: true, maxRetriesPerRequest: 0, retryStrategy: () => null });
  redis.on("error", () => undefined); // refused until it is up
  try {
    const until = Date.now() + START_SECONDS * 1000;
    while (Date.now() < until && !failure && server.exitCode === null) {
      try {
        await redis.connect();
        await redis.ping();
        return;
      } catch {
        await sleep(25); // not up yet; the loop has an end
      }
    }
  } finally {
    redis.disconnect();
  }
  throw new Error("redis-server did not start.", { cause: failure });
}
