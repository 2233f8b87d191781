import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "@playwright/test";
import { freePort } from "@/dev/free-port";
import type { StackFile } from "@/dev/stack-file";

export type RunningStack = {
  addresses: StackFile;
  process: ChildProcess;
  /** Takes Realtime away (connections are cut and refused) and brings it back, at the same address. */
  realtime: { down(): Promise<void>; up(): Promise<void> };
  stop(): Promise<void>;
};

/** The whole stack with the built app and a small sample, for the tests of a file. Read it inside of tests. */
export function stackOfFile(): () => RunningStack {
  let running: RunningStack | undefined;
  test.beforeAll(async () => {
    test.setTimeout(240_000); // it builds the app when nobody has
    running = await startStackProcess();
  });
  test.afterAll(() => running?.stop());
  return () => {
    if (!running) throw new Error("The stack exists only while tests run.");
    return running;
  };
}

async function startStackProcess(): Promise<RunningStack> {
  const folder = await mkdtemp(join(tmpdir(), "wee5-demo-"));
  await chmod(folder, 0o755);
  const env = { ...process.env, PORT: String(await freePort()) };
  const args = ["--import", "tsx", "tests/support/hold-stack.ts", folder, "app"];
  const child = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit", "ipc"] });
  await new Promise<void>((resolve, reject) => {
    child.stdout?.on("data", (part) => String(part).includes("ready\n") && resolve());
    child.once("exit", (code) => reject(new Error(`The stack ended with code ${code}.`)));
  });
  const addresses = JSON.parse(await readFile(join(folder, "stack.json"), "utf8")) as StackFile; // as the contract says
  return {
    addresses,
    process: child,
    realtime: { down: () => tell(child, "realtime down"), up: () => tell(child, "realtime up") },
    async stop() {
      if (child.exitCode === null) {
        child.kill("SIGTERM");
        await once(child, "exit");
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** Resolves when it says that it is done. */
async function tell(child: ChildProcess, what: string): Promise<void> {
  const done = once(child, "message");
  child.send(what);
  await done;
}
