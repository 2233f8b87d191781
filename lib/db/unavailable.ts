import { sqlState } from "@/lib/errors";

/** SQLSTATEs and classes (first two characters) that say "not now", not "never". */
const SQLSTATE_CLASSES = new Set([
  "08", // connection
  "53", // disk full, out of memory, too many connections
  "58", // the server's disk failed it
]);
const SQLSTATES = new Set([
  "25006", // read only: a replica during a switch-over
  "25P03", // ended because it idled in a transaction
  "25P04", // transaction timeout
  "55P03", // lock timeout
  "57014", // statement timeout
  "57P01", // shut down by an administrator
  "57P02", // crashed
  "57P03", // starting up or shutting down
  "57P04", // the database was dropped
  "57P05", // idle session timeout
]);
const SYSTEM_CODES = new Set([
  "EAI_AGAIN",
  "ECONNABORTED",
  "ECONNREFUSED",
  "ECONNRESET",
  "EHOSTDOWN",
  "EHOSTUNREACH",
  "ENETDOWN",
  "ENETUNREACH",
  "ENOTFOUND",
  "EPIPE",
  "ETIMEDOUT",
]);
/** node-postgres and poolers give these no code. A test holds them against the real package. */
const MESSAGES =
  /Connection terminated|Query read timeout|timeout exceeded when trying to connect|not queryable|pool after calling end|max(imum)? client connections/i;

/**
 * True when the database could not answer now and may later: gone, restarting, full, overloaded or too slow. Such a request
 * is answered 503, and nothing is known about a commit that was under way.
 */
export function isUnavailable(error: unknown): boolean {
  if (typeof error !== "object" || error === null) return false;
  const code = sqlState(error) ?? "";
  if (SQLSTATES.has(code) || SYSTEM_CODES.has(code)) return true;
  if (code.length === 5 && SQLSTATE_CLASSES.has(code.slice(0, 2))) return true;
  if ("message" in error && MESSAGES.test(String(error.message))) return true;
  return "cause" in error && isUnavailable(error.cause);
}

/** True when the connection itself must not be used again: everything but an error that Postgres reported and survived. */
export function isConnectionLost(error: unknown): boolean {
  return !(typeof error === "object" && error !== null && "severity" in error && error.severity === "ERROR");
}

/** True when no answer came at all within the limit: what the connection went through may have swallowed others, too. */
export function isSilence(error: unknown): boolean {
  return typeof error === "object" && error !== null && "message" in error && error.message === "Query read timeout";
}
