import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import type { Asked } from "@/services/activity/read-event";

/**
 * What becomes of a command. Only "queued" is answered: "repeated" has been before, "off" is switched off there, "cooling_down"
 * comes too soon after the member's last that was answered, "too_late" was asked a minute ago or longer.
 */
export type Queued = "queued" | "repeated" | "off" | "cooling_down" | "too_late";

/** Decides on the reply to a command and notes it down to be sent. Durable when it resolves; the same message again is "repeated". */
export async function queueReply(deps: Pick<Deps, "db">, communityId: string, asked: Asked): Promise<Queued> {
  const { userId, messageId, replyingToId, channelId, experienceId, command, askedAt } = asked;
  const { rows } = await inCommunity(deps.db, communityId, (trx) =>
    sql<{ queued: Queued }>`select queue_reply(${communityId}, ${userId}, ${messageId}, ${replyingToId}, ${channelId},
      ${experienceId}, ${command}, ${askedAt}) as queued`.execute(trx),
  );
  const [row] = rows;
  if (!row) throw new Error("The database decided nothing.");
  return row.queued;
}
