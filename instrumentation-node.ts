import { type Env, readEnv } from "@/lib/env";
import { trackClientAddresses } from "@/lib/http/client-address";
import { createLogger, type Logger } from "@/lib/log";
import { reportError, startSentry } from "@/lib/sentry";

let started: { env: Env; log: Logger } | undefined;

/** Checks the environment, or ends the process with one line that names what is wrong; then watches over the process. */
export async function start(): Promise<void> {
  const env = envOrExit();
  const log = createLogger(env);
  started = { env, log };
  if (!env.onVercel) trackClientAddresses();
  await startSentry(env);

  // A rejection nobody awaited or an error in some callback must not end the requests of everyone else, nor pass unseen.
  process.on("unhandledRejection", (reason) => stray("unhandled rejection", reason));
  process.on("uncaughtException", (error) => stray("uncaught exception", error));
}

/** Logs and reports an error that broke a page. */
export function reportPageError(error: unknown, path: string): void {
  const [pathname = path] = path.split("?"); // the query may hold a token
  started?.log.error({ err: error, path: pathname }, "page failed");
  if (started) reportError(started.env, error, { path: pathname });
}

function stray(what: string, error: unknown): void {
  started?.log.fatal({ err: error }, what);
  if (started) reportError(started.env, error, {});
}

function envOrExit(): Env {
  try {
    return readEnv();
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  }
}
