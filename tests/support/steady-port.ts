import { isFree } from "@/dev/ports";

/**
 * A free port that stays free while its server is down for a moment: below those that systems lend to outgoing connections,
 * one of which could take it.
 */
export async function steadyPort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    if (await isFree(port)) return port;
  }
}
