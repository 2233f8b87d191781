import { whenNpmEnds } from "@/dev/npm-above-us";
import { createProgress } from "@/dev/progress";
import { type Stack, startStack } from "@/dev/stack";
import type { StackFile } from "@/dev/stack-file";

const DATA_DIR = ".wee5";
/** A terminal's Ctrl-C reaches us directly and again through npm and tsx: only a later one is meant as a second. */
const SECOND_SIGNAL_AFTER_MS = 3_000;

/** `npm run demo` and `npm run dev`: starts the stack, says where it is, and stops it on INT, TERM or HUP. */
export async function runStack(app: "start" | "dev"): Promise<void> {
  const progress = createProgress((text) => process.stdout.write(text));
  const asked = new AbortController();
  let askedAt = 0;
  const ask = () => {
    // Parts that are still there end with this process.
    if (askedAt > 0 && Date.now() - askedAt > SECOND_SIGNAL_AFTER_MS) process.exit(1);
    if (askedAt > 0) return;
    askedAt = Date.now();
    progress.say("stopping");
    asked.abort(new Error("stopped"));
  };
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, ask);
  // With npm the terminal's end of our output may be gone too; that must not keep us from stopping.
  process.stdout.on("error", ask);
  process.stderr.on("error", ask);
  await whenNpmEnds(ask);

  let code = 0;
  let stack: Stack | undefined;
  try {
    stack = await startStack({
      app,
      dataDir: DATA_DIR,
      fresh: process.argv.includes("--fresh"),
      port: portFrom(process.env.PORT),
      quiet: process.env.WEE5_QUIET === "1",
      redisUrl: process.env.REDIS_URL || undefined,
      progress,
      signal: asked.signal,
    });
    welcome(stack.addresses, progress.seconds());
    const broken = await Promise.race([stack.broken, untilAborted(asked.signal)]);
    if (broken) throw broken;
  } catch (error) {
    if (!asked.signal.aborted) {
      process.stderr.write(`${oneLine(error)}\n`);
      code = 1;
    }
  }
  await stack?.stop();
  if (asked.signal.aborted) progress.say("stopped");
  process.exit(code);
}

function untilAborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function portFrom(text = ""): number {
  if (text === "") return 3000;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) throw new Error("PORT is not a port: 1 to 65535.");
  return port;
}

function oneLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const hint = /migration/.test(text) ? " (`npm run demo -- --fresh` starts over)" : "";
  return `${text.split("\n")[0]}${hint}`;
}

function welcome({ appUrl, frameUrl, proxyUrl, whopUrl, memberUserId, adminUserId }: StackFile, seconds: number): void {
  process.stdout.write(`
WEE5 is ready after ${seconds.toFixed(1)} s. Open this first:

  ${frameUrl}

  It is a community in a simulated Whop, and you are one of its members (${memberUserId}). Write something in the
  chat box and see the XP arrive; under "You are" you become the owner, a newcomer or somebody who has left.

  As an admin                ${frameUrl}?user=${adminUserId}
  The iframe by itself       ${proxyUrl}
  The app                    ${appUrl}
  The simulated Whop         ${whopUrl}

  Addresses and ids: ${DATA_DIR}/stack.json. Logs and data: ${DATA_DIR}/. Ctrl-C stops it all.

`);
}
