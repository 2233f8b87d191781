import { type Kysely, sql } from "kysely";
import { BATCHES, byDriver } from "@/bench/award-load";
import { aTalkingCompany, read, talk, withWhop } from "@/bench/reading";
import type { Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { createDatabase } from "@/lib/db/database";
import type { DB } from "@/types/database";

/** Per 1,000 activities. A page of Whop's holds 100, so ten are the least; the rest looks for chats, forums, members and team. */
const BAR_CALLS = 15;
const COMMUNITIES = 20;
const MESSAGES = 2_000;
const MEMBERS = 200;
const HALF_A_DAY_MS = 12 * 3_600_000;

/**
 * M: the sync reads what no webhook has told, in many communities, from a Whop that answers at once: activities a second, and the
 * calls it takes, of which Whop allows 600 a minute and operation. Then once more where nothing is new: what a quiet turn costs.
 */
export async function measureSync({ databases, quick, seconds }: Bench): Promise<Row> {
  const database = await databases.get("small");
  const communities = quick ? COMMUNITIES / 4 : COMMUNITIES;
  const awardsPerSecond = await byDriver(database, { ...BATCHES, clients: 1 }, seconds);
  const owner = createDatabase(database.ownerUrl, { max: 1 });
  try {
    return await withWhop(async (whop) => {
      const ids: string[] = [];
      for (let n = 0; n < communities; n += 1) {
        const [chat] = await aTalkingCompany(database, whop, 1);
        if (!chat) throw new Error("The company has no chat.");
        talk(whop, chat.channelId, { messages: MESSAGES, members: MEMBERS, forMs: HALF_A_DAY_MS });
        ids.push(chat.communityId);
      }
      await makeDue(owner, ids);
      const first = await read("sync", database, whop);
      const { recorded, calls } = await countsOf(owner, ids);
      if (recorded !== communities * MESSAGES) throw new Error(`The sync has recorded ${recorded} messages.`);
      await makeDue(owner, ids);
      const quiet = await read("sync", database, whop);
      const again = await countsOf(owner, ids);
      if (again.recorded !== recorded)
        throw new Error(`The sync has counted ${again.recorded - recorded} messages twice.`);
      const perSecond = recorded / first.seconds;
      const callsPerThousand = (calls / recorded) * 1_000;
      const quietCalls = (again.calls - calls) / communities;
      const quietMs = (quiet.seconds * 1_000) / communities;
      return {
        row: "M",
        what: `sync of what webhooks missed, ${communities} communities of ${MESSAGES} messages`,
        figure: `${Math.round(perSecond)} activities/s with ${callsPerThousand.toFixed(1)} calls per 1,000; a quiet turn ${quietCalls.toFixed(1)} calls, ${quietMs.toFixed(0)} ms`,
        yardstick: `awards in batches of 100, one client: ${Math.round(awardsPerSecond)}/s`,
        ratio: perSecond / awardsPerSecond,
        bar: `≤ ${BAR_CALLS} calls per 1,000`,
        ok: callsPerThousand <= BAR_CALLS,
        figures: { perSecond, callsPerThousand, quietCalls, quietMs, awardsPerSecond, highestMb: first.highestMb },
      };
    });
  } finally {
    await owner.destroy();
  }
}

/** These and no others, with everything that is read each minute. */
async function makeDue(owner: Kysely<DB>, ids: readonly string[]): Promise<void> {
  await sql`insert into sync_communities (community_id, counts_from)
    select community_id, now() - interval '1 day' from communities on conflict do nothing`.execute(owner);
  await sql`update sync_communities set next_run_at = case when community_id = any (${ids}) then now() else 'infinity' end`.execute(
    owner,
  );
  await sql`update sync_features set due_at = now() where feature <> 'members'`.execute(owner);
}

async function countsOf(owner: Kysely<DB>, ids: readonly string[]): Promise<{ recorded: number; calls: number }> {
  const { rows } = await sql<{ recorded: number; calls: number }>`
    select sum(recorded)::integer as recorded, sum(requests)::integer as calls from sync_features
    where community_id = any (${ids})`.execute(owner);
  return rows[0] ?? { recorded: 0, calls: 0 };
}
