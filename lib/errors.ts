/**
 * Errors that cross an HTTP border. `publicMessage` is read by people outside; `cause` never leaves the process.
 * An expected "no" (a cooldown, a cap) is data with an outcome, not an error.
 */
export const STATUS_BY_CODE = {
  bad_request: 400,
  bad_time: 400,
  unauthorized: 401,
  tier_required: 402,
  forbidden: 403,
  not_found: 404,
  method_not_allowed: 405,
  conflict: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  idempotency_mismatch: 422,
  rate_limited: 429,
  cooldown: 429,
  internal: 500,
  unavailable: 503,
} as const;

export type ErrorCode = keyof typeof STATUS_BY_CODE;

/** Next loads this module once per bundle, and one set of dependencies serves all bundles: its errors are of another's class. */
const MARK = Symbol.for("wee5.AppError");

export class AppError extends Error {
  /** So that `instanceof` knows an AppError from whichever bundle it comes. */
  static override [Symbol.hasInstance](value: unknown): boolean {
    return typeof value === "object" && value !== null && MARK in value;
  }

  readonly [MARK] = true;
  readonly details?: unknown;
  /** Seconds after which the caller may try again; becomes `Retry-After`. */
  readonly retryAfterSeconds?: number;

  constructor(
    readonly code: ErrorCode,
    readonly publicMessage: string,
    options: { cause?: unknown; details?: unknown; retryAfterSeconds?: number } = {},
  ) {
    super(publicMessage, { cause: options.cause });
    this.name = "AppError";
    this.details = options.details;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }

  get status(): number {
    return STATUS_BY_CODE[this.code];
  }
}

/** Every SQLSTATE that our own SQL raises. A test searches the migrations for others. */
export const SQLSTATES = {
  W5C01: "wrong_community_setting",
  W5S01: "stale_settings",
  W5A01: "append_only",
  W5B01: "bad_activity",
  W5N01: "not_found",
  W5L01: "lease_lost",
} as const;

export type SqlErrorName = (typeof SQLSTATES)[keyof typeof SQLSTATES];

/** The name of an error raised by our SQL, or undefined for any other. */
export function sqlErrorName(error: unknown): SqlErrorName | undefined {
  const code = sqlState(error);
  return code !== undefined && code in SQLSTATES ? SQLSTATES[code as keyof typeof SQLSTATES] : undefined;
}

/** The five letters by which Postgres names an error; of an error of Node's its code ("ECONNREFUSED"). Undefined for any other value. */
export function sqlState(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
