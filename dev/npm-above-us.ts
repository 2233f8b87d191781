import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { promisify } from "node:util";
import { isAlive } from "@/dev/is-alive";

const run = promisify(execFile);
const LOOK_EVERY_MS = 200;
const HIGHEST = 8;

/**
 * Calls back once when `npm run` above us has ended, or a shell between the two. npm passes TERM on to that shell alone, which
 * dies of it without a word to us; and a killed npm tells nobody. Does nothing when npm has not started us.
 */
export async function whenNpmEnds(callback: () => void): Promise<void> {
  if (process.env.npm_lifecycle_event === undefined) return;
  const above = await processesUpToNpm();
  const timer = setInterval(() => {
    if (above.every(isAlive)) return;
    clearInterval(timer);
    callback();
  }, LOOK_EVERY_MS);
  timer.unref();
}

async function processesUpToNpm(): Promise<number[]> {
  const above: number[] = [];
  for (let pid = process.ppid; pid > 1 && above.length < HIGHEST; ) {
    above.push(pid);
    const { parent, command } = await lookAt(pid);
    if (/^npm\b|npm-cli\.js/.test(command)) return above;
    pid = parent;
  }
  return [process.ppid];
}

async function lookAt(pid: number): Promise<{ parent: number; command: string }> {
  try {
    if (process.platform === "linux") return lookIntoProc(pid);
    const { stdout } = await run("ps", ["-o", "ppid=,args=", "-p", String(pid)]);
    const [, parent = "0", command = ""] = /^\s*(\d+)\s+(.*)$/m.exec(stdout) ?? [];
    return { parent: Number(parent), command };
  } catch {
    return { parent: 0, command: "" }; // gone, or a system without either: then only our parent is watched
  }
}

/** Slim images have no `ps`. */
function lookIntoProc(pid: number) {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  // The second field is the command in brackets, which may hold spaces; the parent is the second after it.
  const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
  return { parent, command: readFileSync(`/proc/${pid}/cmdline`, "utf8").replaceAll("\0", " ") };
}
