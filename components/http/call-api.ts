/** An answer that was a no, or none at all. `message` is written for the reader. */
export class ApiFailure extends Error {
  /** The answer's status; 0 where none came. */
  readonly status: number;
  /** The code of the error body; "offline" where no answer came, "unreadable" where it was none of ours. */
  readonly code: string;
  readonly requestId: string | null;
  readonly retryAfterSeconds: number | null;
  /** The fields at fault and why, where the answer says so. */
  readonly fields: readonly FieldFailure[];

  constructor(
    message: string,
    { status, code, requestId = null, retryAfterSeconds = null, fields = [] }: Omit<FailureDetails, "message">,
  ) {
    super(message);
    this.name = "ApiFailure";
    this.status = status;
    this.code = code;
    this.requestId = requestId;
    this.retryAfterSeconds = retryAfterSeconds;
    this.fields = fields;
  }
}

/** `path` as in the body that was sent: "actions.message.minXp". */
export type FieldFailure = { path: string; message: string };

type FailureDetails = {
  message: string;
  status: number;
  code: string;
  requestId?: string | null;
  retryAfterSeconds?: number | null;
  fields?: readonly FieldFailure[];
};

type Call = {
  method?: "GET" | "POST" | "PUT" | "DELETE";
  json?: unknown;
  signal?: AbortSignal;
  /** Sent again with the same key, it is the same thing and not a second one. */
  idempotencyKey?: string;
};

const TIMEOUT_MS = 15_000;

/**
 * Calls our own API as the reader of this page.
 * @returns the answer's JSON. `T` says what the route answers; nothing checks it again.
 * @throws ApiFailure for everything else.
 */
export async function callApi<T>(
  path: string,
  { method = "GET", json, signal, idempotencyKey }: Call = {},
): Promise<T> {
  const response = await ask(path, {
    method,
    headers: {
      ...(json === undefined ? {} : { "content-type": "application/json" }),
      ...(idempotencyKey === undefined ? {} : { "idempotency-key": idempotencyKey }),
    },
    body: json === undefined ? undefined : JSON.stringify(json),
    credentials: "same-origin",
    cache: "no-store",
    signal: signal ? AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]) : AbortSignal.timeout(TIMEOUT_MS),
  });
  const body = await jsonOf(response);
  if (!response.ok) throw failureOf(response, body);
  if (body === undefined) throw unreadable(response);
  return body as T; // what the route answers
}

async function ask(path: string, init: RequestInit): Promise<Response> {
  try {
    return await fetch(path, init);
  } catch (cause) {
    if (init.signal?.aborted && !isTimeout(cause)) throw cause;
    throw new ApiFailure("There is no connection right now.", { status: 0, code: "offline" });
  }
}

/** Undefined where it is none, or where the connection ends within it. */
async function jsonOf(response: Response): Promise<unknown> {
  return response.json().catch(() => undefined);
}

function failureOf(response: Response, body: unknown): ApiFailure {
  if (!isErrorBody(body)) return unreadable(response);
  return new ApiFailure(body.error.message, {
    status: response.status,
    code: body.error.code,
    requestId: body.meta?.requestId ?? response.headers.get("x-request-id"),
    retryAfterSeconds: retryAfterOf(response),
    fields: Array.isArray(body.error.details) ? body.error.details.filter(isFieldFailure) : [],
  });
}

function isFieldFailure(value: unknown): value is FieldFailure {
  if (typeof value !== "object" || value === null || !("path" in value) || !("message" in value)) return false;
  return typeof value.path === "string" && typeof value.message === "string";
}

function unreadable(response: Response): ApiFailure {
  return new ApiFailure("The answer could not be read. Try again in a moment.", {
    status: response.status,
    code: "unreadable",
    requestId: response.headers.get("x-request-id"),
    retryAfterSeconds: retryAfterOf(response),
  });
}

function retryAfterOf(response: Response): number | null {
  const seconds = Number(response.headers.get("retry-after") ?? Number.NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds : null;
}

type ErrorBody = { error: { code: string; message: string; details?: unknown }; meta?: { requestId?: string } };

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== "object" || body === null || !("error" in body)) return false;
  const { error } = body;
  return (
    typeof error === "object" &&
    error !== null &&
    "code" in error &&
    typeof error.code === "string" &&
    "message" in error &&
    typeof error.message === "string"
  );
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof DOMException && cause.name === "TimeoutError";
}
