import type { Env } from "@/lib/env";
import type { AppError } from "@/lib/errors";
import type { Logger } from "@/lib/log";
import { reportError } from "@/lib/sentry";

interface Facts {
  requestId: string;
  address: string;
  user: { userId: string } | null;
  communityId?: string;
}

/**
 * One log line for an answer that someone may have to look into: our own failures with their cause, refused callers with who
 * and what. Bad input and limits are the client's affair and leave a line at debug only.
 */
export function logOutcome(
  deps: { log: Logger; env: Pick<Env, "sentryDsn"> },
  request: Request,
  facts: Facts,
  error: AppError,
): void {
  const { pathname } = new URL(request.url);
  const { requestId, address, user, communityId } = facts;
  const line = {
    requestId,
    method: request.method,
    path: pathname,
    status: error.status,
    code: error.code,
    userId: user?.userId,
    communityId,
  };
  if (error.status === 500) {
    deps.log.error({ ...line, err: error }, "request failed");
    reportError(deps.env, error.cause ?? error, { requestId, path: pathname });
  } else if (error.status === 503) {
    deps.log.warn({ ...line, err: error }, "could not answer now");
  } else if (error.status === 401 || error.status === 403) {
    deps.log.warn({ ...line, address, reason: error.publicMessage, err: error.cause }, "refused");
  } else {
    deps.log.debug({ ...line, err: error.cause }, "not answered as asked");
  }
}
