import { z } from "zod";
import { AppError } from "@/lib/errors";

const IdempotencyKey = z.string().regex(/^[\x21-\x7e]{1,100}$/);

/** Of a request; undefined where it names none. @throws AppError bad_request for one that is no key */
export function idempotencyKeyOf(headers: Headers): string | undefined {
  const key = headers.get("idempotency-key");
  if (key === null) return undefined;
  const parsed = IdempotencyKey.safeParse(key);
  if (!parsed.success) throw new AppError("bad_request", "Idempotency-Key must be 1 to 100 visible ASCII characters.");
  return parsed.data;
}
