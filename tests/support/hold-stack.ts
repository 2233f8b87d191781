import { createProgress } from "@/dev/progress";
import { SMALL_SAMPLE } from "@/dev/seed/communities";
import { type Stack, startStack } from "@/dev/stack";

/**
 * A process that runs the stack in the folder it is told and stops it on TERM. `fresh` starts over; `app` runs the built app too, at
 * PORT, without simulated activity. Realtime is taken away and brought back when its parent says so.
 */
async function main(): Promise<void> {
  const asked = new AbortController();
  process.on("SIGTERM", () => asked.abort(new Error("stopped")));
  const [, , dataDir = "", ...flags] = process.argv;
  const stack = await startStack({
    app: flags.includes("app") ? "start" : "none",
    dataDir,
    fresh: flags.includes("fresh"),
    quiet: true,
    port: Number(process.env.PORT ?? 0),
    sample: SMALL_SAMPLE,
    progress: createProgress((text) => process.stdout.write(text)),
    signal: asked.signal,
  });
  process.on("message", (message) => void obey(stack, message));
  process.stdout.write("ready\n");
  if (!asked.signal.aborted) await new Promise((resolve) => asked.signal.addEventListener("abort", resolve));
  await stack.stop();
}

/** "realtime down" and "realtime up", from the process that started this one; answered with the same words when done. */
async function obey({ realtime }: Stack, message: unknown): Promise<void> {
  if (message === "realtime down") await realtime.down();
  if (message === "realtime up") await realtime.up();
  process.send?.(message);
}

main().then(
  () => process.exit(0),
  (error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  },
);
