import { spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import type { BoundedLog } from "@/dev/bounded-log";
import { endWithUs } from "@/dev/end-with-us";
import { errorCode } from "@/dev/error-code";

const STOP_SECONDS = 10;
const KEPT_CHARACTERS = 4_000;

export type ChildOptions = {
  name: string;
  /** Of Node: a script and what it is told. */
  args: string[];
  env: NodeJS.ProcessEnv;
  /** Where its output goes; to ours when absent. */
  log?: BoundedLog;
};

export type Child = {
  /** Resolves when it ends, with its code (null: a signal). */
  ended: Promise<number | null>;
  isRunning(): boolean;
  /** One line on how it ended, with its last words. */
  epitaph(): string;
  /** TERM, and KILL when that is not heard within ten seconds; all of its own processes with it. */
  stop(): Promise<void>;
};

/** Starts a Node process that ends with this one at the latest. */
export function startChild({ name, args, env, log }: ChildOptions): Child {
  // A group of its own: Ctrl-C reaches every process of the terminal's group, and the order of stopping is ours to choose.
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: log ? ["ignore", "pipe", "pipe"] : ["ignore", "inherit", "inherit"],
  });
  let words = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on("data", (part: Buffer) => {
      log?.write(part);
      words = (words + part.toString("utf8")).slice(-KEPT_CHARACTERS);
    });
  }
  let failure: Error | undefined;
  child.once("error", (error) => {
    failure = error;
  });
  const ended = once(child, "close").then(([code]) => code as number | null); // what Node passes to "close"
  endWithUs(child, "INT");
  child.ref();
  const isRunning = () => child.exitCode === null && child.signalCode === null && failure === undefined;

  function signal(which: NodeJS.Signals): void {
    if (child.pid === undefined) return;
    try {
      process.kill(process.platform === "win32" ? child.pid : -child.pid, which);
    } catch (error) {
      if (errorCode(error) !== "ESRCH") throw error;
    }
  }

  return {
    ended,
    isRunning,
    epitaph: () => {
      const how = failure?.message ?? (child.signalCode ? `signal ${child.signalCode}` : `code ${child.exitCode}`);
      const last = words.trim().split("\n").slice(-3).join(" | ");
      return `The ${name} ended with ${how}${last ? `: ${last}` : ""}${log ? ` (see ${log.path})` : ""}`;
    },
    stop: async () => {
      if (isRunning()) {
        signal("SIGTERM");
        const inTime = await Promise.race([ended.then(() => true), sleep(STOP_SECONDS * 1000, false, { ref: false })]);
        if (!inTime) signal("SIGKILL");
        await ended;
      }
      signal("SIGKILL"); // what it may have left behind in its group
    },
  };
}
