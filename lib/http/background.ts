import { after } from "next/server";
import type { Deps } from "@/lib/deps";

/**
 * Lets work go on after the answer has been sent. A process that lives on needs nothing for that; a function on Vercel is
 * frozen with its answer unless Next is told.
 */
export function inBackground({ env, log }: Pick<Deps, "env" | "log">, work: Promise<unknown>): void {
  const settled = work.catch((error: unknown) => log.warn({ err: error }, "work after the answer failed"));
  if (env.onVercel) after(settled);
}
