import { errors, type Redis } from "@upstash/redis";
import {
  CircuitState,
  circuitBreaker,
  handleAll,
  IterableBackoff,
  isBrokenCircuitError,
  TaskCancelledError,
  TimeoutStrategy,
  timeout,
} from "cockatiel";

/** The answer, or the news that Redis is away: whoever asks has to say what then. */
export type Answer<T> = { ok: true; value: T } | { ok: false };

export type RedisClient = {
  /**
   * Runs commands against Redis, if it is there. Never throws and never takes longer than the time limit.
   * @param what words for the log.
   */
  run<T>(what: string, command: (redis: Redis) => Promise<T>, options?: { timeoutMs?: number }): Promise<Answer<T>>;
  /** `open`: Redis is away, and `run` says so at once. */
  state(): "closed" | "open" | "half-open";
  close(): Promise<void>;
};

export type GuardOptions = {
  log: RedisLog;
  /** Time limit of a `run` that has none of its own. Default 200. */
  timeoutMs?: number;
  /** Pauses before Redis is tried again; the last one repeats. Default 1,000, 2,000, then 5,000. */
  retryAfterMs?: number[];
  /** Called when Redis has left us without an answer: the connection may be dead without knowing. */
  onSilence?: () => void;
  close?: () => Promise<void>;
};

export type RedisLog = {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
};

/** So many failures in a row and Redis counts as away. A command that got no answer counts for all: it has cost enough. */
const STRIKES = 3;
const AWAY = { ok: false } as const;

/**
 * Puts a time limit and a circuit breaker before a Redis client. A Redis that hangs delays the requests of one time limit
 * once; while it is away nobody waits, and a PING that nobody waits for finds out when it is back.
 */
export function guardRedis(redis: Redis, options: GuardOptions): RedisClient {
  const { log, timeoutMs = 200, retryAfterMs = [1_000, 2_000, 5_000] } = options;
  let strikes = 0;
  let away = false;
  let closed = false;
  const breaker = circuitBreaker(handleAll, {
    halfOpenAfter: new IterableBackoff(retryAfterMs),
    breaker: {
      state: undefined,
      success: () => {
        strikes = 0;
      },
      failure: () => strikes >= STRIKES,
    },
  });
  // Also when the attempt to reach it again has failed.
  breaker.onBreak((reason) => {
    if (!away) log.warn({}, "Redis is away; going on without it");
    away = true;
    if ("error" in reason && isSilence(reason.error)) options.onSilence?.();
  });
  breaker.onReset(() => {
    away = false;
    log.info({}, "Redis is back");
  });

  async function attempt<T>(limitMs: number, command: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      return await timeout(limitMs, TimeoutStrategy.Aggressive).execute(() => command(redis));
    } catch (error) {
      if (!isRefusal(error)) strikes += isSilence(error) ? STRIKES : 1;
      throw error;
    }
  }

  /** Costs nothing while the pause lasts. */
  async function lookForIt(): Promise<void> {
    if (breaker.state === CircuitState.HalfOpen) return;
    try {
      await breaker.execute(() => attempt(timeoutMs, (client) => client.ping()));
    } catch (error) {
      // A pause that is not over is no news.
      if (!isBrokenCircuitError(error)) log.info({ reason: reasonOf(error) }, "Redis is still away");
    }
  }

  return {
    async run(what, command, { timeoutMs: limitMs = timeoutMs } = {}) {
      if (closed) return AWAY;
      if (breaker.state !== CircuitState.Closed) {
        void lookForIt();
        return AWAY;
      }
      try {
        return { ok: true, value: await breaker.execute(() => attempt(limitMs, command)) };
      } catch (error) {
        if (isRefusal(error)) log.error({ what, reason: reasonOf(error) }, "Redis refused a command");
        else log.warn({ what, reason: reasonOf(error) }, "Redis did not answer");
        return AWAY;
      }
    },
    state() {
      if (breaker.state === CircuitState.Closed) return "closed";
      return breaker.state === CircuitState.HalfOpen ? "half-open" : "open";
    },
    async close() {
      closed = true;
      await options.close?.();
    },
  };
}

/** The library's own `isTaskCancelledError` looks for another error's mark, and is never true. */
function isSilence(error: unknown): boolean {
  return error instanceof TaskCancelledError;
}

/** Redis is there and says no: a mistake of ours, and no reason to stop asking. */
function isRefusal(error: unknown): boolean {
  // A gateway's page instead of JSON is no answer of Redis.
  return error instanceof errors.UpstashError && !(error instanceof errors.UpstashJSONParseError);
}

/** The client repeats the whole command in its errors; keys and values have no place in a log. */
function reasonOf(error: unknown): string {
  const message =
    typeof error === "object" && error !== null && "message" in error ? String(error.message) : String(error);
  return message.split(", command was:")[0]?.slice(0, 200) ?? "";
}
