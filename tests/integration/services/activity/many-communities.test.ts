import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { AppError } from "@/lib/errors";
import { createRateLimiter } from "@/lib/redis/rate-limit";
import type { WhopClient } from "@/lib/whop/client";
import { createWhopClient } from "@/lib/whop/client";
import { createWhopShare } from "@/lib/whop/share";
import { runSync } from "@/services/activity/sync/engine";
import { FEATURES } from "@/services/activity/sync/features";
import { readSync } from "@/services/activity/sync/read-sync";
import type { SyncDeps } from "@/services/activity/sync/slice";
import { useDatabase } from "@/tests/support/database";
import { useRedis } from "@/tests/support/redis";
import { NO_NEWS, syncDeps } from "@/tests/support/sync-deps";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const COMMUNITIES = 200;
/** With several pages of chat. */
const BUSY = 10;
const PAGE = 100;
/** Whop's own limit. */
const CALLS_PER_MINUTE = 600;
const MINUTE_MS = 60_000;
/** On a machine that does much else. */
const PATIENCE_MS = 200_000;

type Call = { operation: keyof WhopClient; at: number; wasTooMany: boolean };

describe(`${COMMUNITIES} communities under Whop's limit of ${CALLS_PER_MINUTE} calls a minute`, () => {
  const database = useDatabase();
  const redis = useRedis();
  /** The simulator's clock, and with it the windows of its limit, can be stopped and moved on. */
  let aheadMs = 0;
  let stoppedAt: number | undefined;
  const whop = aWhop({ now: () => new Date((stoppedAt ?? Date.now()) + aheadMs) });
  let calls: Call[] = [];
  /** When the first was read. */
  let began = 0;
  const places: CommunityInWhop[] = [];

  /** As in production: what is asked is limited by our share in Redis, and refused by Whop beyond its limit. */
  function deps(): SyncDeps {
    const { apiKey, appId, baseUrl } = whop();
    const own = syncDeps(database, whop());
    const now = () => new Date();
    return {
      ...own,
      now,
      whop: counted(createWhopClient({ apiKey, appId, baseUrl, log: own.log })),
      whopShare: createWhopShare({ limiter: createRateLimiter(redis.client), now }),
    };
  }

  /** The same client, of which each call is written down. */
  function counted(client: WhopClient): WhopClient {
    const noted = Object.entries(client).map(([name, ask]) => [
      name,
      async (...asked: unknown[]) => {
        const call: Call = { operation: name as keyof WhopClient, at: Date.now(), wasTooMany: false };
        calls.push(call);
        try {
          return await (ask as (...all: unknown[]) => Promise<unknown>)(...asked);
        } catch (error) {
          call.wasTooMany = error instanceof AppError && error.retryAfterSeconds !== undefined;
          throw error;
        }
      },
    ]);
    return Object.fromEntries(noted) as WhopClient; // what it was made from, name by name
  }

  const run = (ms: number) => runSync(deps(), { news: NO_NEWS, until: new Date(Date.now() + ms) });

  function write({ chatExperienceId, memberId }: CommunityInWhop, count: number): void {
    for (let n = 0; n < count; n += 1) {
      const createdAt = new Date(Date.now() - 10 * MINUTE_MS - n * 2_000);
      const message = { userId: memberId, channelId: chatExperienceId, content: `Message ${n}`, createdAt };
      whop().world.postMessage({ ...message, deliver: false });
    }
  }

  const recordedIn = async (communityId: string) => {
    const { rows } = await sql<{ id: string }>`select activity_id as id from activity_log
      where community_id = ${communityId}`.execute(database.owner);
    return new Set(rows.map(({ id }) => id));
  };

  /** Communities of which everything has been read to its end. */
  async function countRead(): Promise<number> {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer as count from (
        select community_id from sync_features where last_success_at is not null group by community_id having count(*) = ${FEATURES.length}
      ) whole`.execute(database.owner);
    return rows[0]?.count ?? 0;
  }

  const chatRows = () => database.owner.selectFrom("sync_features").selectAll().where("feature", "=", "chat").execute();

  beforeAll(async () => {
    for (let n = 0; n < COMMUNITIES; n += 1) {
      const place = aCommunityIn(whop());
      places.push(place);
      write(place, n < BUSY ? 2 * PAGE + 50 : 1);
      const { companyId } = place;
      await inCommunity(database.db, companyId, (trx) =>
        sql`select ensure_community(${companyId}, 'One of many')`.execute(trx),
      );
    }
    await sql`insert into sync_communities (community_id, counts_from)
      select community_id, now() - interval '1 day' from communities`.execute(database.owner);
  });

  beforeEach(() => {
    calls = [];
  });

  test(
    "all are read, the quiet as the busy, each operation stays within our share of it, and Whop never has to refuse",
    async () => {
      began = Date.now();
      while (Date.now() - began < PATIENCE_MS) {
        await run(10_000);
        if ((await countRead()) === COMMUNITIES) break;
      }
      expect(await countRead()).toBe(COMMUNITIES);
      for (const { companyId, chatExperienceId } of places) {
        const recorded = await recordedIn(companyId);
        const written = whop().world.messagesIn(whop().world.channel(chatExperienceId)?.id ?? "");
        expect(written.filter(({ id }) => !recorded.has(`message:${id}`))).toEqual([]);
      }
      expect(calls.filter(({ wasTooMany }) => wasTooMany)).toEqual([]);
      for (const [operation, times] of byOperation(calls)) {
        const most = Math.max(...times.map((at) => times.filter((one) => one >= at && one < at + MINUTE_MS).length));
        expect({ operation, isWithin: most < CALLS_PER_MINUTE, most }).toMatchObject({ isWithin: true });
      }
      expect(await database.owner.selectFrom("whop_pauses").selectAll().execute()).toEqual([]);
      const troubled = (await chatRows()).filter(({ problem, failures }) => problem !== null || failures > 0);
      expect(troubled).toEqual([]);
    },
    PATIENCE_MS + 100_000,
  );

  test("the lag that is reported is true: whatever Whop showed before that moment has been recorded, and nothing is said to be read that is not", async () => {
    await sql`update sync_communities set next_run_at = now() + interval '1 year'`.execute(database.owner);
    // Some are read once more, some are not; all have something new.
    const [read, unread] = [places.slice(0, 30), places.slice(30, 60)];
    for (const place of [...read, ...unread]) {
      const message = { userId: place.memberId, channelId: place.chatExperienceId, content: "Something new" };
      whop().world.postMessage({ ...message, createdAt: new Date(), deliver: false });
    }
    await sql`update sync_features set due_at = now() where community_id = any (${read.map(({ companyId }) => companyId)})`.execute(
      database.owner,
    );
    await sql`update sync_communities set next_run_at = now() where community_id = any (${read.map(({ companyId }) => companyId)})`.execute(
      database.owner,
    );
    await run(60_000);

    for (const { companyId, chatExperienceId } of [...read, ...unread]) {
      const asked = Date.now();
      const { features } = await readSync(deps(), companyId);
      const chat = features.find(({ feature }) => feature === "chat");
      const caughtUpTo = chat?.caughtUpTo ?? new Date(0);
      expect(chat?.lagSeconds).toBeGreaterThanOrEqual(Math.floor((asked - caughtUpTo.getTime()) / 1000));
      expect(chat?.lagSeconds).toBeLessThanOrEqual(Math.ceil((Date.now() - caughtUpTo.getTime()) / 1000));
      const recorded = await recordedIn(companyId);
      const written = whop().world.messagesIn(whop().world.channel(chatExperienceId)?.id ?? "");
      const missing = written.filter(({ id }) => !recorded.has(`message:${id}`));
      expect(missing.filter(({ createdAt }) => new Date(createdAt) <= caughtUpTo)).toEqual([]);
    }
    const lagOf = async ({ companyId }: CommunityInWhop) =>
      (await readSync(deps(), companyId)).features.find(({ feature }) => feature === "chat")?.lagSeconds ?? 0;
    const worst = Math.max(...(await Promise.all(unread.map(lagOf))));
    const { rows } = await sql<{ lag: number }>`select lag_seconds as lag from sync_health()`.execute(database.db);
    // Health takes the worst of all features of all communities.
    expect(rows[0]?.lag).toBeGreaterThanOrEqual(worst - 1);
    expect(rows[0]?.lag).toBeLessThanOrEqual((Date.now() - began) / 1000 + 1);
    expect(Math.max(...(await Promise.all(read.map(lagOf))))).toBeLessThan(worst);
  }, 120_000);

  test("Whop has too many calls, by whomever: each worker's lane is told at most once, the other operations go on, and all is made up for", async () => {
    const { companyId, chatExperienceId } = places[0] as CommunityInWhop; // 200 of them
    const channelId = whop().world.channel(chatExperienceId)?.id ?? "";
    const pages = deps().whop;
    // However long this machine takes: one and the same minute.
    stoppedAt = Date.now();
    await inLots(CALLS_PER_MINUTE + 5, () =>
      pages.readMessages({ channelId, direction: "desc", first: 1 }).catch(() => undefined),
    );
    calls = [];
    for (const place of places) write(place, 2);
    await sql`update sync_features set due_at = now()`.execute(database.owner);
    await sql`update sync_communities set next_run_at = now()`.execute(database.owner);

    const refusals = () => calls.filter(({ wasTooMany }) => wasTooMany);
    const heldBack = async () => (await chatRows()).filter(({ problem }) => problem === "rate_limited");
    for (const until = Date.now() + 60_000; Date.now() < until && (await heldBack()).length <= LANES; )
      await run(2_000);
    const refused = refusals();
    expect(refused.length).toBeGreaterThan(0);
    expect(refused.length).toBeLessThanOrEqual(LANES);
    expect(calls.some(({ operation }) => operation !== "readMessages")).toBe(true);
    const held = await heldBack();
    expect(held.length).toBeGreaterThan(LANES);
    expect(held.every(({ failures }) => failures === 0)).toBe(true);

    // The minute is over.
    aheadMs += MINUTE_MS;
    await sql`delete from whop_pauses`.execute(database.owner);
    await sql`update sync_features set due_at = now()`.execute(database.owner);
    await sql`update sync_communities set next_run_at = now() where community_id = ${companyId}`.execute(
      database.owner,
    );
    calls = [];
    await runSync(deps(), { news: NO_NEWS, communityId: companyId });
    expect(refusals()).toEqual([]);
    const row = (await chatRows()).find(({ community_id }) => community_id === companyId);
    expect(row?.problem).toBeNull();
  }, 120_000);
});

/** As many communities are read at once by one worker. */
const LANES = 8;

function byOperation(calls: readonly Call[]): Map<string, number[]> {
  const times = new Map<string, number[]>();
  for (const { operation, at } of calls) times.set(operation, [...(times.get(operation) ?? []), at]);
  return times;
}

async function inLots(count: number, work: () => Promise<unknown>): Promise<void> {
  for (let done = 0; done < count; done += 50) {
    await Promise.all(Array.from({ length: Math.min(50, count - done) }, work));
  }
}
