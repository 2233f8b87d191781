import { createHash } from "node:crypto";
import { ApiError, badRequest } from "./api-error";

const KEPT_MS = 24 * 60 * 60 * 1000;
const LONGEST_KEY_BYTES = 255;

export interface Answer {
  status: number;
  body: unknown;
}

export interface IdempotencyStore {
  /**
   * Whop's rule for `Idempotency-Key` on POST: the stored answer for the same request again, 400 for another one, 409 while the
   * first is running. A key whose first request never ended stays taken until it expires.
   */
  begin(credential: string, key: string, request: string[]): Ticket;
}

export type Ticket = { replay: Answer } | { finish(answer: Answer): void };

export function createIdempotencyStore(now: () => Date): IdempotencyStore {
  const entries = new Map<string, { fingerprint: string; until: number; answer?: Answer }>();

  function forgetExpired() {
    for (const [name, { until }] of entries) if (until <= now().getTime()) entries.delete(name);
  }

  return {
    begin: (credential, key, request) => {
      if (Buffer.byteLength(key) > LONGEST_KEY_BYTES) throw badRequest("Idempotency-Key is longer than 255 bytes.");
      forgetExpired();
      const name = `${credential} ${key}`;
      const fingerprint = createHash("sha256").update(JSON.stringify(request)).digest("hex");
      const entry = entries.get(name);
      if (entry && entry.fingerprint !== fingerprint) {
        throw new ApiError(400, "idempotency_key_mismatch", "This Idempotency-Key was used for another request.");
      }
      if (entry && !entry.answer) {
        throw new ApiError(
          409,
          "idempotency_request_in_progress",
          "A request with this Idempotency-Key is in progress.",
        );
      }
      if (entry?.answer) return { replay: entry.answer };
      const fresh: { fingerprint: string; until: number; answer?: Answer } = {
        fingerprint,
        until: now().getTime() + KEPT_MS,
      };
      entries.set(name, fresh);
      return {
        finish: (answer) => {
          fresh.answer = answer;
        },
      };
    },
  };
}
