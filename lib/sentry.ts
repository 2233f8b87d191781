import type { ErrorEvent, NodeOptions } from "@sentry/nextjs";
import type { Env } from "./env";

/** Starts Sentry when a DSN is set. It hears of failures, not of people: no bodies, headers, cookies, queries or users. */
export async function startSentry(env: Pick<Env, "sentryDsn" | "nodeEnv">): Promise<void> {
  if (env.sentryDsn === undefined) return;
  const sentry = await import("@sentry/nextjs");
  sentry.init(sentryOptions(env.sentryDsn, env.nodeEnv));
}

/** Tells Sentry of an error that was turned into an answer. Without a DSN it does nothing, and never throws. */
export function reportError(
  env: Pick<Env, "sentryDsn">,
  error: unknown,
  facts: { requestId?: string; path?: string },
): void {
  if (env.sentryDsn === undefined) return;
  import("@sentry/nextjs").then(
    (sentry) => sentry.captureException(error, { tags: facts }),
    () => undefined, // the log has the error already; a monitor that is away must not make another
  );
}

/** Exported for the test that proves what leaves the process. */
export function sentryOptions(dsn: string, environment: string): NodeOptions {
  return {
    dsn,
    environment,
    // Every activity is a request: traces would be the app's largest output, and they carry addresses and queries.
    tracesSampleRate: 0,
    enableOpenTelemetrySetup: false,
    includeLocalVariables: false,
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: false,
      httpBodies: [],
      urlQueryParams: false,
      databaseQueryData: false,
      queues: false,
      stackFrameVariables: false,
    },
    beforeBreadcrumb: () => null,
    beforeSend: scrubbed,
  };
}

/** The event without anything a person has sent, whatever an integration put there. */
export function scrubbed(event: ErrorEvent): ErrorEvent {
  const url = event.request?.url?.split("?")[0];
  return {
    ...event,
    request: event.request && { method: event.request.method, url },
    user: undefined,
    extra: undefined,
    breadcrumbs: undefined,
    exception: event.exception && {
      values: event.exception.values?.map((value) => ({
        ...value,
        stacktrace: value.stacktrace && {
          ...value.stacktrace,
          frames: value.stacktrace.frames?.map(({ vars: _vars, ...frame }) => frame),
        },
      })),
    },
  };
}
