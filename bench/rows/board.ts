import { Client } from "pg";
import { type BenchDatabase, BIG, LITTLE } from "@/bench/databases";
import { millisecondsEach } from "@/bench/load";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { surround } from "@/bench/surroundings";
import { createDeps, type Deps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { findRanks } from "@/services/leaderboard/find-ranks";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";

const RATIO_BAR = 1.5;
const RANK_BAR_MS = 1;
const BOARD_BAR_MS = 2;
const CALLS = 100;

/** F: an exact rank among 200,000 members, held against one among 2,000; what the way to Redis and back takes is taken off. */
export function measureRank(bench: Bench): Promise<Row> {
  return withServices(bench, async (deps, database) => {
    const rankIn = async (communityId: string) => {
      if (!(await rebuildRanks(deps, communityId))) throw new Error("The ranks could not be built.");
      const builtAt = new Date();
      // A rank that few stand before would be found sooner.
      const xp = () => Math.floor(20 + 500 * Math.random());
      return () => findRanks(deps, communityId, { filter: "all-time" }, [xp()], builtAt);
    };
    const [inBig, inLittle] = [await rankIn(BIG), await rankIn(LITTLE)];
    if (!(await inBig()).cached) throw new Error("The rank did not come from Redis.");
    const sides = await inTurns(bench.rounds, {
      transport: () => typical(() => deps.redis.run("ping", (redis) => redis.ping())),
      little: () => typical(inLittle),
      big: () => typical(inBig),
    });
    const without = (times: number[]) =>
      times.map((time, round) => Math.max(0.01, time - (sides.transport[round] ?? 0)));
    const [big, little] = [without(sides.big), without(sides.little)];
    const ratio = ratioOf(big, little);
    const whole = median(sides.big);
    return {
      row: "F",
      what: `exact rank among ${membersOf(database, BIG)} members`,
      figure: `${median(big).toFixed(2)} ms; with the way to Redis ${whole.toFixed(2)} ms`,
      yardstick: `among ${membersOf(database, LITTLE)}: ${median(little).toFixed(2)} ms; a ping ${median(sides.transport).toFixed(2)} ms`,
      ratio,
      bar: `≤ ${RATIO_BAR}; ≤ ${RANK_BAR_MS} ms`,
      ok: ratio <= RATIO_BAR && median(big) <= RANK_BAR_MS,
      figures: {
        bigMs: median(big),
        littleMs: median(little),
        bigWithTransportMs: whole,
        pingMs: median(sides.transport),
      },
    };
  });
}

/** G: the first hundred of the all-time board, by the service and uncached. */
export function measureBoard(bench: Bench): Promise<Row> {
  return withServices(bench, async (deps, database) => {
    const top = (communityId: string) => () => readLeaderboard(deps, communityId, { filter: "all-time", limit: 100 });
    if ((await top(BIG)()).leaderboard.length !== 100) throw new Error("The board has not got its hundred rows.");
    const { big, little } = await inTurns(bench.rounds, {
      little: () => typical(top(LITTLE)),
      big: () => typical(top(BIG)),
    });
    const ratio = ratioOf(big, little);
    return {
      row: "G",
      what: `leaderboard, top 100 of ${membersOf(database, BIG)}`,
      figure: `${median(big).toFixed(2)} ms`,
      yardstick: `of ${membersOf(database, LITTLE)}: ${median(little).toFixed(2)} ms`,
      ratio,
      bar: `≤ ${RATIO_BAR}; ≤ ${BOARD_BAR_MS} ms`,
      ok: ratio <= RATIO_BAR && median(big) <= BOARD_BAR_MS,
      figures: { bigMs: median(big), littleMs: median(little) },
    };
  });
}

const typical = async (work: () => Promise<unknown>) => median(await millisecondsEach(CALLS, work));

const membersOf = ({ communities }: BenchDatabase, id: string) =>
  communities.find(({ communityId }) => communityId === id)?.members.toLocaleString("en");

async function withServices(
  { databases }: Bench,
  measure: (deps: Deps, database: BenchDatabase) => Promise<Row>,
): Promise<Row> {
  const database = await databases.get("large");
  await nameMembers(database);
  const around = await surround(database);
  try {
    const deps = createDeps(readEnv({ ...around.variables, NODE_ENV: "production" }));
    try {
      return await measure(deps, database);
    } finally {
      await Promise.all([deps.db.destroy(), deps.redis.close()]);
    }
  } finally {
    await around.stop();
  }
}

/** Everybody's name is known already: fetching them is Whop's time, not the board's. */
async function nameMembers({ ownerUrl }: BenchDatabase): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(
      `insert into profiles (community_id, user_id, username, name, picture_url, fetched_at)
       select community_id, user_id, user_id, 'Member ' || user_id, 'https://img.example/' || user_id, now()
       from users where community_id in ($1, $2) on conflict do nothing`,
      [BIG, LITTLE],
    );
    await owner.query("analyze profiles");
  } finally {
    await owner.end();
  }
}
