import { createDatabase } from "@/lib/db/database";
import { sendRewards } from "@/services/rewards/send-rewards";
import { sendDeps, type WhopAccess } from "@/tests/support/send-deps";

/**
 * Sends rewards for as long as it lives, in a process that can be killed or frozen. What it needs to know comes with the message that
 * lets it begin, so that it can be started ahead.
 */
async function main({ appUrl, whop, leaseSeconds, waitMs }: SenderTask): Promise<void> {
  const db = createDatabase(appUrl, { max: 6 });
  const deps = sendDeps({ db }, whop, waitMs);
  for (;;) {
    if ((await sendRewards(deps, { leaseSeconds })) > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export type SenderTask = {
  appUrl: string;
  whop: WhopAccess;
  leaseSeconds?: number;
  /** For an answer of Whop's. */
  waitMs?: number;
};

process.once("message", (task) => void main(task as SenderTask)); // from our own test
process.once("disconnect", () => process.exit(1)); // whoever started it is gone
process.send?.("ready");
