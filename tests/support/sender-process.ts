import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";
import { endWithUs } from "@/dev/end-with-us";
import type { SenderTask } from "@/tests/support/send-rewards-main";

export interface SenderProcess<T = SenderTask> {
  /** Lets it send rewards until it ends. */
  begin(task: T): void;
  freeze(): void;
  wake(): void;
  /** SIGKILL; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * For the tests of one file: starts a process that sends (rewards, unless told otherwise), and waits until it is ready to. All
 * that it needs is put into one file first, so that a process that lives for a moment does not take a second to start.
 */
export function useSenders<T extends object = SenderTask>(
  main = "send-rewards-main.ts",
): () => Promise<SenderProcess<T>> {
  let folder: string | undefined;
  const started: SenderProcess<T>[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "wee5-sender-"));
    await build({
      entryPoints: [join(process.cwd(), "tests/support", main)],
      outfile: join(folder, "sender.cjs"),
      bundle: true,
      platform: "node",
      external: ["pg-native"],
      logLevel: "error",
    });
  });
  afterAll(async () => {
    // Also those that a failed test has left: the channel to one keeps this process alive.
    await Promise.all(started.map((sender) => sender.kill()));
    if (folder) await rm(folder, { recursive: true });
  });
  return async () => {
    const sender = await start<T>(join(folder ?? "", "sender.cjs"));
    started.push(sender);
    return sender;
  };
}

async function start<T extends object>(file: string): Promise<SenderProcess<T>> {
  const child: ChildProcess = spawn(process.execPath, [file], {
    env: { PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: "test" },
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    detached: true,
  });
  endWithUs(child, "KILL");
  const gone = once(child, "exit");
  const ready = await Promise.race([once(child, "message").then(() => true), gone.then(() => false)]);
  if (!ready) throw new Error("The sender did not start.");
  return {
    begin: (task) => void child.send(task),
    freeze: () => void child.kill("SIGSTOP"),
    wake: () => void child.kill("SIGCONT"),
    async kill() {
      child.ref();
      child.kill("SIGKILL");
      await gone;
    },
  };
}
