import { randomUUID } from "node:crypto";
import { isUnavailable } from "@/lib/db/unavailable";
import { AppError, sqlErrorName } from "@/lib/errors";
import { API_HEADERS } from "./headers";

const REQUEST_ID = /^[\w-]{8,64}$/;
const RETRY_AFTER_DATABASE_SECONDS = 2;

/** The request's own id when it has a harmless one, so that one id can be followed through proxies; else a new one. */
export function requestIdOf(headers: Headers): string {
  const given = headers.get("x-request-id");
  return given !== null && REQUEST_ID.test(given) ? given : randomUUID();
}

/** An answer of the API: JSON with the headers that every one has. What `headers` says goes before them. */
export function jsonAnswer(
  data: object,
  requestId: string,
  status = 200,
  headers: Record<string, string> = {},
): Response {
  return new Response(JSON.stringify(data), {
    status,
    headers: {
      ...API_HEADERS,
      "content-type": "application/json; charset=utf-8",
      "x-request-id": requestId,
      ...headers,
    },
  });
}

/** The error body of DESIGN §5. Says what `publicMessage` and `details` say, and nothing of the cause. */
export function errorAnswer(error: AppError, requestId: string, headers: Record<string, string> = {}): Response {
  const { code, publicMessage: message, details, retryAfterSeconds } = error;
  const body = {
    success: false,
    error: details === undefined ? { code, message } : { code, message, details },
    meta: { requestId },
  };
  const wait = retryAfterSeconds ?? (error.status === 429 || error.status === 503 ? 1 : undefined);
  const retry: Record<string, string> =
    wait === undefined ? {} : { "retry-after": String(Math.max(1, Math.ceil(wait))) };
  return jsonAnswer(body, requestId, error.status, { ...retry, ...headers });
}

/** Adds the common headers to an answer a route has built itself; what the route has set stays. */
export function completed(response: Response, requestId: string): Response {
  const headers = new Headers(response.headers);
  for (const [name, value] of Object.entries(API_HEADERS)) if (!headers.has(name)) headers.set(name, value);
  headers.set("x-request-id", requestId);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** Any thrown value as one of our own errors: what we do not know is "internal", and only the log learns more. */
export function asAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (isUnavailable(error)) {
    return new AppError("unavailable", "WEE5 cannot reach its database right now. Try again in a moment.", {
      cause: error,
      retryAfterSeconds: RETRY_AFTER_DATABASE_SECONDS,
    });
  }
  if (sqlErrorName(error) === "not_found")
    return new AppError("not_found", "There is no such thing here.", { cause: error });
  return new AppError("internal", "Something went wrong on our side. Try again in a moment.", {
    cause: error,
  });
}
