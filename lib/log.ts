import { type ChildLoggerOptions, type DestinationStream, type Logger, pino } from "pino";
import { type Env, secretValues } from "./env";

export type { Logger };

/** Longest text of one field; a longer one is cut, so that no input can flood the log. */
const MAX_TEXT_LENGTH = 2_000;
const MAX_DEPTH = 6;
const MAX_CAUSES = 5;
const REDACTED = "[redacted]";

/** Field names whose values are never written, at any depth. Compared in lower case without "-" and "_". */
const SECRET_FIELD =
  /^(?:authorization|cookie|setcookie|password|passwd|pwd|content|body|rawbody|text|databaseurl|directdatabaseurl|redisurl|dsn|sentrydsn|email)$|token|secret|apikey|encryptionkey|signature|servicerolekey|connectionstring/;

/** Shapes that give a secret away wherever they stand: credentials in an address, JWTs, bearer tokens, webhook secrets. */
const SECRET_SHAPES = [
  "(?<=:\\/\\/)[^\\s\"'\\/@:]{0,200}:[^\\s\"'\\/@]{1,200}(?=@)",
  "eyJ[\\w-]{5,}\\.[\\w-]{5,}(?:\\.[\\w-]*)?",
  "(?<=\\b[Bb]earer )[\\w.~+\\/=-]{8,}",
  "whsec_[\\w+\\/=-]{8,}",
];

/**
 * The log: JSON lines on stdout, one per record, so that a newline in some input cannot forge a record.
 * Values of secret-looking fields, secret-looking shapes in any text, and the given secrets themselves are blotted out.
 * @param options.secrets values that must never appear; by default those of the environment
 */
export function createLogger(
  env: Pick<Env, "logLevel">,
  options: { secrets?: readonly string[]; destination?: DestinationStream } = {},
): Logger {
  const secretPattern = patternOf(options.secrets ?? secretValues());
  const settings = {
    level: env.logLevel,
    base: undefined,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: {
      level: (label: string) => ({ level: label }),
      log: (record: object) => withoutSecrets(record) as Record<string, unknown>,
    },
    // The library's own would write all that hangs on an error; `log` above has described it already.
    serializers: { err: (error: unknown) => (error instanceof Error ? describeError(error) : error) },
    hooks: { streamWrite: (line: string) => line.replace(secretPattern, REDACTED) },
  };
  const log = options.destination ? pino(settings, options.destination) : pino(settings);
  // The library passes what a child is bound to by every formatter, so it is cleaned on the way in. Children inherit this.
  const bind = log.child;
  log.child = function cleaned(this: Logger, bindings: object, childOptions?: ChildLoggerOptions) {
    return Reflect.apply(bind, this, [withoutSecrets(bindings), childOptions]);
  } as typeof log.child;
  return log;
}

/** What may be said of an error in a log: no request, no row, no body that some library hung on it. */
export function describeError(error: unknown, depth = 0): object {
  if (!(error instanceof Error)) return { message: cut(String(error)) };
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  const constraint = "constraint" in error && typeof error.constraint === "string" ? error.constraint : undefined;
  const cause = error.cause !== undefined && depth < MAX_CAUSES ? describeError(error.cause, depth + 1) : undefined;
  return {
    type: error.name,
    message: cut(error.message),
    code,
    constraint,
    stack: error.stack && cut(error.stack),
    cause,
  };
}

function withoutSecrets(value: unknown, depth = 0): unknown {
  if (typeof value === "string") return cut(value);
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null) return value;
  if (value instanceof Error) return describeError(value);
  if (value instanceof Date) return value;
  if (value instanceof Uint8Array) return `[${value.length} bytes]`;
  if (depth >= MAX_DEPTH) return "[deep]";
  if (Array.isArray(value)) return value.slice(0, 100).map((item) => withoutSecrets(item, depth + 1));
  const entries = value instanceof Headers || value instanceof Map ? [...value] : Object.entries(value);
  return Object.fromEntries(
    entries.map(([key, item]) => [key, isSecretField(String(key)) ? REDACTED : withoutSecrets(item, depth + 1)]),
  );
}

function isSecretField(name: string): boolean {
  return SECRET_FIELD.test(name.toLowerCase().replace(/[-_]/g, ""));
}

function cut(text: string): string {
  return text.length <= MAX_TEXT_LENGTH ? text : `${text.slice(0, MAX_TEXT_LENGTH)}…`;
}

/** Secrets are searched as they stand in the JSON line. The longest go first: one may begin with another. */
function patternOf(secrets: readonly string[]): RegExp {
  const escaped = secrets
    .filter((secret) => secret.length >= 8)
    .sort((a, b) => b.length - a.length)
    .map((secret) =>
      JSON.stringify(secret)
        .slice(1, -1)
        .replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"),
    );
  return new RegExp([...escaped, ...SECRET_SHAPES].join("|"), "g");
}
