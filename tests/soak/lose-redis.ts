import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { type ChaosProxy, startChaosProxy } from "@/dev/chaos-proxy";
import { type RedisServer, startRedisServer } from "@/dev/redis/server";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { doctorFinds, inWords, missingFrom } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import { aSteadyLoad, type Ledger, messageSource, newLedger, percentile } from "@/tests/soak/load";
import type { AppProcess } from "@/tests/support/app-process";

const PER_SECOND = 50;
const ADDED_LIMIT_MS = 300;
const BACK_LIMIT_MS = 15_000;

/** One thing that happens to Redis, and its end. */
type Trouble = { name: string; begin(): unknown; end(): unknown };

/**
 * F5: Redis is stopped, frozen, slow and flushed under load. Every award succeeds at the first attempt, 99 of 100 at most 300 ms
 * later than with a sound Redis, and the ranks are right afterwards. Over Upstash's protocol, then over Redis' own.
 */
export const loseRedis: Experiment = {
  id: "f5",
  title: "Redis stopped, frozen, slow and flushed",
  weight: 4,
  async run(plan) {
    const half = { ...plan, seconds: plan.seconds / 2 };
    const upstash = await onGround({}, (ground) => loseUpstash(ground, half));
    const own = await loseRedisServer(half);
    return { figures: { ...upstash.figures, ...own.figures }, broken: [...upstash.broken, ...own.broken] };
  },
};

/** Over Upstash's protocol. @param perSecond requests. */
export async function loseUpstash(ground: Ground, plan: Plan, perSecond = PER_SECOND): Promise<Finding> {
  const { redis } = ground;
  const app = await ground.startApp(plan.app);
  return throughTroubles(ground, app, plan, perSecond, "upstash", [
    { name: "stopped", begin: () => redis.down(), end: () => redis.up() },
    { name: "frozen", begin: () => redis.freeze(), end: () => redis.thaw() },
    { name: "slow", begin: () => redis.slow(500), end: () => redis.slow(0) },
    { name: "flushed", ...repeatedly(() => redis.flush()) },
  ]);
}

/** Over Redis' own protocol, with a real server; none on this machine is no failure. */
async function loseRedisServer(plan: Plan): Promise<Finding> {
  const server = await startRedisServer();
  if (!server) return { figures: { "redis-server": "not on this machine" }, broken: [] };
  const proxy = await startChaosProxy(Number(new URL(server.url).port));
  try {
    return await onGround({ redisUrl: server.url }, async (ground) => {
      const REDIS_URL = `redis://127.0.0.1:${proxy.port}`;
      const app = await ground.startApp(plan.app, {
        REDIS_URL,
        UPSTASH_REDIS_REST_URL: "",
        UPSTASH_REDIS_REST_TOKEN: "",
      });
      return throughTroubles(ground, app, plan, PER_SECOND, "redis-server", serverTroubles(server, proxy, ground));
    });
  } finally {
    await proxy.stop();
    await server.stop();
  }
}

function serverTroubles(server: RedisServer, proxy: ChaosProxy, { redis }: Ground): Trouble[] {
  return [
    { name: "stopped", begin: () => server.kill(), end: () => server.restart() },
    {
      name: "frozen",
      begin: () => void process.kill(server.pid, "SIGSTOP"),
      end: () => void process.kill(server.pid, "SIGCONT"),
    },
    { name: "slow", begin: () => proxy.delay(250), end: () => proxy.delay(0) }, // there and back
    { name: "flushed", ...repeatedly(() => redis.flush()) },
  ];
}

async function throughTroubles(
  ground: Ground,
  app: AppProcess,
  { seconds, random, slack }: Plan,
  perSecond: number,
  what: string,
  troubles: Trouble[],
): Promise<Finding> {
  const next = messageSource(ground.community, random);
  const all = newLedger();
  const slice = (seconds * 1000) / (2 * troubles.length);
  const load = async (): Promise<Ledger> => {
    const ledger = newLedger();
    const options = { url: () => app.url, secret: ground.whop.webhookSecret, ledger };
    await aSteadyLoad(next, options, { perSecond, milliseconds: slice });
    for (const [id, message] of ledger.acknowledged) all.acknowledged.set(id, message);
    return ledger;
  };
  await aSteadyLoad(
    next,
    { url: () => app.url, secret: ground.whop.webhookSecret, ledger: newLedger() },
    { perSecond, milliseconds: 500 },
  );
  const addedLimitMs = ADDED_LIMIT_MS * slack;
  const figures: Finding["figures"] = {};
  const promises: Record<string, boolean> = {};
  for (const trouble of troubles) {
    // Measured anew each time: the machine has other work, too.
    const sound = percentile((await load()).latenciesMs, 99);
    await trouble.begin();
    const ledger = await load();
    const board = await readBoard(ground, app);
    await trouble.end();
    const backMs = await untilRedisIsBack(app);
    const added = percentile(ledger.latenciesMs, 99) - sound;
    const name = `${what} ${trouble.name}`;
    figures[name] = `p99 ${sound + added} ms instead of ${sound} ms, found again after ${backMs} ms`;
    promises[`${name}: every award succeeds at once (${[...ledger.answers].join(" ")})`] =
      ledger.answers.get(200) === ledger.latenciesMs.length;
    promises[`${name}: 99 of 100 awards wait at most ${addedLimitMs} ms more (${added})`] = added <= addedLimitMs;
    promises[`${name}: the board can be read (${board.status})`] = board.status === 200;
    promises[`${name}: the app finds Redis again by itself`] = backMs < BACK_LIMIT_MS;
  }
  const lost = await missingFrom(ground, all.acknowledged.values());
  const differences = await doctorFinds(ground, ground.community.companyId);
  const [shown, wanted] = [await readBoard(ground, app), await boardOf(ground)];
  await app.stop();
  return {
    figures: { ...figures, [`${what}: awards`]: all.acknowledged.size },
    broken: brokenAmong({
      ...promises,
      [`${what}: nothing acknowledged is missing`]: lost.length === 0,
      [`${what}: every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      [`${what}: the board equals Postgres afterwards`]:
        wanted.length > 0 && JSON.stringify(shown.rows) === JSON.stringify(wanted),
      [`${what}: the app goes on`]: app.deaths() === 0 && app.strayErrors() === 0,
    }),
  };
}

type Row = { user_id: string; rank: number; xp: number };

/** The board as the community's owner sees it. */
async function readBoard({ whop, community }: Ground, app: AppProcess): Promise<{ status: number; rows: Row[] }> {
  const headers = { [USER_TOKEN_HEADER]: await whop.mintToken(community.ownerId) };
  const url = `${app.url}/api/leaderboard?experienceId=${community.companyId}&limit=1000`;
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
  const body: { leaderboard?: Row[] } = JSON.parse(await response.text());
  return { status: response.status, rows: (body.leaderboard ?? []).map(plain).sort(byRank) };
}

/** The board as Postgres has it. */
async function boardOf({ owner, community }: Ground): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select user_id, (rank() over (order by xp desc))::int as rank, xp::int as xp from users
    where community_id = ${community.companyId} and xp > 0`.execute(owner);
  return rows.map(plain).sort(byRank);
}

const plain = ({ user_id, rank, xp }: Row): Row => ({ user_id, rank, xp });
const byRank = (a: Row, b: Row) => a.rank - b.rank || (a.user_id < b.user_id ? -1 : 1);

/** Milliseconds until the app's own health says that Redis answers. */
async function untilRedisIsBack(app: AppProcess): Promise<number> {
  const started = performance.now();
  while (performance.now() - started < BACK_LIMIT_MS) {
    const response = await fetch(`${app.url}/api/health?deep=1`, { signal: AbortSignal.timeout(10_000) });
    const health: { checks?: { redis?: { ok?: boolean } } } = JSON.parse(await response.text());
    if (health.checks?.redis?.ok) return Math.round(performance.now() - started);
    await sleep(100);
  }
  return BACK_LIMIT_MS;
}

function repeatedly(what: () => Promise<void>): Pick<Trouble, "begin" | "end"> {
  let timer: NodeJS.Timeout | undefined;
  return {
    begin: () => {
      timer = setInterval(() => void what(), 500);
    },
    end: async () => {
      clearInterval(timer);
      await what();
    },
  };
}
