import { AppError } from "@/lib/errors";

/** Bodies of our API are flat; anything deeper is an attack on whoever walks it. */
const MAX_JSON_DEPTH = 32;

const utf8 = new TextDecoder("utf-8", { fatal: true });

export interface BodyLimits {
  maxBytes: number;
  /** Longest time from the first byte awaited to the last one read. */
  timeoutMs: number;
}

/**
 * Reads the body, never holding more than the limit.
 * @throws AppError payload_too_large · bad_request when it does not arrive in time or breaks off
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<Uint8Array> {
  const announced = Number(request.headers.get("content-length") ?? 0);
  if (announced > limits.maxBytes) throw tooLarge(limits);
  if (request.body === null) return new Uint8Array();

  const reader = request.body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new AppError("bad_request", "The body did not arrive in time.")), limits.timeoutMs);
  });
  try {
    return await Promise.race([collect(reader, limits), late]);
  } catch (error) {
    // Not awaited: a sender that is still busy would hold the answer back. A failed cancel changes nothing here.
    reader.cancel().catch(() => undefined);
    if (error instanceof AppError) throw error;
    throw new AppError("bad_request", "The body broke off.", { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function collect(reader: ReadableStreamDefaultReader<Uint8Array>, limits: BodyLimits): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > limits.maxBytes) throw tooLarge(limits);
    chunks.push(value);
  }
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, size);
}

/**
 * Reads the body as JSON.
 * @throws AppError unsupported_media_type · payload_too_large · bad_request
 */
export async function readJson(request: Request, limits: BodyLimits): Promise<unknown> {
  refuseOtherTypes(request.headers);
  const bytes = await readBody(request, limits);
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    throw new AppError("bad_request", "The body is not valid UTF-8.", { cause: error });
  }
  if (isTooDeep(text)) throw new AppError("bad_request", `The body is nested deeper than ${MAX_JSON_DEPTH} levels.`);
  const value = parseJson(text);
  // They can only come as escapes, which few bodies have.
  if (text.includes("\\u") && !isStorable(value)) {
    throw new AppError("bad_request", "The body holds a NUL or half of a surrogate pair, which is no text.");
  }
  return value;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the body, which must not reach the log: no cause.
    throw new AppError("bad_request", "The body is not valid JSON.");
  }
}

/** Whether Postgres can keep every text in it, keys included. */
function isStorable(value: unknown): boolean {
  if (typeof value === "string") return !value.includes("\0") && !/\p{Surrogate}/u.test(value);
  if (typeof value !== "object" || value === null) return true;
  return Object.entries(value).every(([key, inner]) => isStorable(key) && isStorable(inner));
}

/** A form or plain text is what a foreign page can send without asking; only JSON is read. */
function refuseOtherTypes(headers: Headers): void {
  const [type, ...parameters] = (headers.get("content-type") ?? "").toLowerCase().split(";");
  const charset = parameters.map((part) => part.trim()).find((part) => part.startsWith("charset="));
  const isJson = type?.trim() === "application/json" && (charset === undefined || /^charset="?utf-8"?$/.test(charset));
  if (!isJson || headers.has("content-encoding")) {
    throw new AppError("unsupported_media_type", "Send the body as application/json, in UTF-8 and not compressed.");
  }
}

/** Counts open brackets outside of strings, before the parser builds anything. */
function isTooDeep(text: string): boolean {
  let depth = 0;
  let inString = false;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (inString) {
      if (code === BACKSLASH) index++;
      else if (code === QUOTE) inString = false;
    } else if (code === QUOTE) inString = true;
    else if (code === OPEN_ARRAY || code === OPEN_OBJECT) {
      if (++depth > MAX_JSON_DEPTH) return true;
    } else if (code === CLOSE_ARRAY || code === CLOSE_OBJECT) depth--;
  }
  return false;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

function tooLarge(limits: BodyLimits): AppError {
  return new AppError("payload_too_large", `The body is larger than ${limits.maxBytes} bytes.`);
}
