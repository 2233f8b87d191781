import { createDatabase } from "@/lib/db/database";
import { sendNotifications } from "@/services/notifications/send-notifications";
import { notifyDeps, type WhopPlace } from "@/tests/support/notify-deps";

/** Sends messages for as long as it lives, in a process that can be killed or frozen. */
async function main({ appUrl, whop, waitMs }: NotifierTask): Promise<void> {
  const deps = notifyDeps({ db: createDatabase(appUrl, { max: 6 }) }, whop, waitMs);
  for (;;) {
    if ((await sendNotifications(deps)) > 0) continue;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

export type NotifierTask = {
  appUrl: string;
  whop: WhopPlace;
  /** For an answer of Whop's. */
  waitMs?: number;
};

process.once("message", (task) => void main(task as NotifierTask)); // from our own test
process.once("disconnect", () => process.exit(1)); // whoever started it is gone
process.send?.("ready");
