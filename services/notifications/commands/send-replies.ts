import { randomUUID } from "node:crypto";
import { type Kysely, sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { drain } from "@/lib/drain";
import type { Held } from "@/services/notifications/notifications.queries";
import { sendNotification } from "@/services/notifications/send-notification";
import type { DB } from "@/types/database";

const CONCURRENCY = 8;

/** Sends the replies of a community that may be sent now, and nothing else. @returns how many were worked on. */
export function sendReplies(deps: Deps, communityId: string, until: Date): Promise<number> {
  return drain({
    claim: (limit) => claimReplies(deps.db, communityId, limit),
    work: (reply) => sendNotification(deps, reply),
    concurrency: CONCURRENCY,
    until,
    now: deps.now,
  });
}

async function claimReplies(db: Kysely<DB>, communityId: string, limit: number): Promise<Held[]> {
  const token = randomUUID();
  const { rows } = await inCommunity(db, communityId, (trx) =>
    sql<{ id: string }>`select claim_replies(${communityId}, ${token}, ${limit}) as id`.execute(trx),
  );
  return rows.map(({ id }) => ({ communityId, notificationId: id, token }));
}
