import { createHash, timingSafeEqual } from "node:crypto";
import type { Env } from "@/lib/env";
import { AppError } from "@/lib/errors";

/**
 * Lets a scheduler pass that sends `Authorization: Bearer <CRON_SECRET>`, as Vercel's does.
 * @throws AppError "unauthorized" for anybody else, and for everybody where no secret is set.
 */
export function requireCronSecret({ cronSecret }: Pick<Env, "cronSecret">, headers: Headers): void {
  const given = headers.get("authorization") ?? "";
  // Digests are of one length, which comparing in constant time needs.
  if (cronSecret && timingSafeEqual(digest(given), digest(`Bearer ${cronSecret}`))) return;
  throw new AppError("unauthorized", "This address is for the scheduler of this installation.");
}

const digest = (text: string) => createHash("sha256").update(text, "utf8").digest();
