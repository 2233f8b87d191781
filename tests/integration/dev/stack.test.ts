import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import type { StackFile } from "@/dev/stack-file";

const KEYS =
  "appUrl frameUrl proxyUrl databaseUrl redisUrl supabaseUrl whopUrl webhookSecret appId companyId experienceId chatExperienceId adminUserId moderatorUserId memberUserId";
/** Every process of a stack inherits it, so that none can hide. */
const MARK = `WEE5_TEST_STACK=${randomBytes(8).toString("hex")}`;
const onLinux = process.platform === "linux";

let folder: string;
let started: ChildProcess[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wee5-stack-"));
  await chmod(folder, 0o755);
});
afterEach(async () => {
  for (const stack of started) await stop(stack, "SIGKILL");
  started = [];
});
afterAll(() => rm(folder, { recursive: true, force: true }));

type Running = { process: ChildProcess; output(): string };

function launch(...args: string[]): Running {
  const [name = "", value = ""] = MARK.split("=");
  const child = spawn(process.execPath, ["--import", "tsx", "tests/support/hold-stack.ts", folder, ...args], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { ...process.env, [name]: value, NODE_ENV: "test" },
  });
  started.push(child);
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (part) => {
      output += part;
    });
  }
  return { process: child, output: () => output };
}

async function until(running: Running, word: string): Promise<void> {
  while (!running.output().includes(word)) {
    if (running.process.exitCode !== null) throw new Error(`It ended: ${running.output()}`);
    await sleep(20);
  }
}

async function stop(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode !== null || child.signalCode !== null) return child.exitCode;
  const ended = once(child, "exit");
  child.kill(signal);
  await ended;
  return child.exitCode;
}

const stackFile = async () => JSON.parse(await readFile(join(folder, "stack.json"), "utf8")) as StackFile; // as the contract says

async function count(databaseUrl: string): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rows } = await client.query("select count(*)::integer as count from activity_log");
  await client.end();
  return rows[0].count;
}

/** Commands of the living processes that carry the mark. */
function processesLeft(): string[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const marked = readFileSync(`/proc/${pid}/environ`, "utf8").includes(MARK);
        return marked ? [readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ")] : [];
      } catch {
        return []; // gone meanwhile, or not ours to read
      }
    });
}

async function untilNoneLeft(): Promise<string[]> {
  for (const end = Date.now() + 10_000; Date.now() < end; await sleep(50)) {
    if (processesLeft().length === 0) return [];
  }
  return processesLeft();
}

test("stack.json holds every address and id of the contract while the stack runs, and what it names is there", async () => {
  const running = launch();
  await until(running, "ready");

  const stack = await stackFile();
  const token = await fetch(`${stack.whopUrl}/_sim/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId: stack.memberUserId, companyId: stack.companyId }),
  });

  expect(Object.keys(stack).sort()).toEqual(KEYS.split(" ").sort());
  expect(await token.json()).toEqual({ token: expect.stringContaining(".") });
  expect((await fetch(stack.frameUrl)).status).toBe(200);
  expect(await count(stack.databaseUrl)).toBeGreaterThan(100);

  expect(await stop(running.process, "SIGTERM")).toBe(0);
  expect(existsSync(join(folder, "stack.json"))).toBe(false);
});

test("a second start finds the data, the addresses and the secrets of the first", async () => {
  const before = launch();
  await until(before, "ready");
  const first = await stackFile();
  const activities = await count(first.databaseUrl);
  await stop(before.process, "SIGTERM");

  const again = launch();
  await until(again, "ready");

  expect(await stackFile()).toEqual(first);
  expect(await count(first.databaseUrl)).toBe(activities);
});

test("a second stack in the same folder says in one line that one runs, and does it no harm", async () => {
  const first = launch();
  await until(first, "ready");

  const second = launch();
  const [code] = await once(second.process, "exit");

  expect(code).toBe(1);
  expect(second.output()).toMatch(/^WEE5 already runs in this folder \(process \d+\): stop that one first\.\n$/);
  expect(await count((await stackFile()).databaseUrl)).toBeGreaterThan(100);
});

test("a seeding that was killed begins again, and the sample is whole", async () => {
  const killed = launch("fresh");
  await until(killed, "seeding");
  await sleep(250);
  await stop(killed.process, "SIGKILL");
  const again = launch();
  await until(again, "ready");

  expect(killed.output()).not.toContain("seeded");
  expect(again.output()).toContain("seeded");
  expect(await count((await stackFile()).databaseUrl)).toBeGreaterThan(1_000);
}, 120_000);

describe.each(["SIGTERM", "SIGKILL"] as const)("%s", (signal) => {
  (onLinux ? test : test.skip)("leaves no process behind", async () => {
    const running = launch();
    await until(running, "ready");
    expect(processesLeft().some((command) => command.includes("postgres"))).toBe(true);

    await stop(running.process, signal);

    expect(await untilNoneLeft()).toEqual([]);
  });
});

(onLinux ? test : test.skip)("TERM while the sample is being seeded leaves no process behind", async () => {
  const running = launch("fresh");
  await until(running, "seeding");

  await stop(running.process, "SIGTERM");

  expect(await untilNoneLeft()).toEqual([]);
  expect(existsSync(join(folder, "stack.json"))).toBe(false);
});
