import { BATCHES, byDriver } from "@/bench/award-load";
import { aTalkingCompany, read, talk, withWhop } from "@/bench/reading";
import type { Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { readBackFill } from "@/services/activity/back-fill/read-back-fill";
import { startBackFill } from "@/services/activity/back-fill/start-back-fill";

/** Of memory, for the whole process. */
const BAR_MB = 300;
const CHATS = 10;
const MESSAGES = 100_000;
const MEMBERS = 2_000;
const SIXTY_DAYS_MS = 60 * 24 * 3_600_000;
/** Of Whop's limit, what all back-fills together may take of one operation (services/activity/back-fill/turn.ts). */
const CALLS_PER_SECOND = 3;

/**
 * N: a community of 100,000 messages is read back from a Whop that answers at once, and counted, in a process of its own: activities a
 * second, calls, and the most memory. With Whop's limit the calls decide how long it takes: that is said beside it.
 */
export async function measureBackFill({ databases, quick, seconds }: Bench): Promise<Row> {
  const database = await databases.get("small");
  const each = (quick ? MESSAGES / 10 : MESSAGES) / CHATS;
  const awardsPerSecond = await byDriver(database, { ...BATCHES, clients: 1 }, seconds);
  return withWhop(async (whop) => {
    const chats = await aTalkingCompany(database, whop, CHATS);
    const communityId = chats[0]?.communityId ?? "";
    for (const { channelId } of chats)
      talk(whop, channelId, { messages: each, members: MEMBERS, forMs: SIXTY_DAYS_MS });
    await startBackFill({ db: database.db }, communityId, "user_bench");
    const { calls, ...result } = await read("back-fill", database, whop);
    const done = await readBackFill({ db: database.db }, communityId);
    if (done?.state !== "done" || done.recorded !== each * CHATS)
      throw new Error(`The back-fill is ${done?.state} with ${done?.recorded} activities.`);
    const perSecond = done.recorded / result.seconds;
    return {
      row: "N",
      what: `back-fill of ${done.recorded} messages, in a process of its own`,
      figure: `${Math.round(perSecond)} activities/s, ${Math.round(result.highestMb)} MB at most`,
      yardstick: `awards in batches of 100, one client: ${Math.round(awardsPerSecond)}/s; its process before it began ${Math.round(result.idleMb)} MB; under Whop's limit ${Math.round(calls / CALLS_PER_SECOND)} s for its ${calls} calls`,
      ratio: perSecond / awardsPerSecond,
      bar: `< ${BAR_MB} MB`,
      ok: result.highestMb < BAR_MB,
      figures: {
        perSecond,
        calls,
        seconds: result.seconds,
        highestMb: result.highestMb,
        idleMb: result.idleMb,
        awardsPerSecond,
      },
    };
  });
}
