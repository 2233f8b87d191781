import { ApiError } from "./api-error";

const WINDOW_MS = 60_000;

export interface RateLimit {
  /** Throws Whop's 429 when this credential has used up the operation's minute. */
  count(credential: string, operation: string): void;
}

/** Whop's limit per operation and credential; 0 switches it off. */
export function createRateLimit(perMinute: number, now: () => Date): RateLimit {
  const windows = new Map<string, { start: number; count: number }>();
  return {
    count: (credential, operation) => {
      if (perMinute === 0) return;
      const name = `${credential} ${operation}`;
      const time = now().getTime();
      const window = windows.get(name);
      if (!window || time - window.start >= WINDOW_MS) {
        windows.set(name, { start: time, count: 1 });
        return;
      }
      window.count += 1;
      if (window.count > perMinute) throw rateLimited(Math.ceil((window.start + WINDOW_MS - time) / 1000));
    },
  };
}

/** Whop names the delay in words only. */
export function rateLimited(seconds: number): ApiError {
  return new ApiError(429, "rate_limit_exceeded", `Try again in ${seconds} seconds.`);
}
