import { seededRandom } from "@/dev/whop/random";
import type { Plan } from "@/tests/soak/experiment";
import { awardBehindFrozenClient } from "@/tests/soak/freeze-client";
import { type Ground, prepareGround } from "@/tests/soak/ground";
import { killAppUnderLoad } from "@/tests/soak/kill-app";
import { killPostgresUnderLoad, loseCommitsOnPurpose } from "@/tests/soak/kill-postgres";
import { loseUpstash } from "@/tests/soak/lose-redis";

/** Short forms of `npm run soak`, with the route handlers in a process of their own and a Postgres that is killed. */

const SEED = Number(process.env.FAULTS_SEED ?? Date.now() % 1_000_000);
/** Other tests run beside this one; how fast it is, soak and bench say. */
const SLACK = 5;

let ground: Ground;
beforeAll(async () => {
  ground = await prepareGround();
});
afterAll(() => ground?.stop());

const plan = (seconds: number): Plan => ({ seconds, random: seededRandom(SEED), app: "handlers", slack: SLACK });

test(`what was acknowledged is there after kill -9 of Postgres under load, once, and every member equals the fold (seed ${SEED})`, async () => {
  expect((await killPostgresUnderLoad(ground, plan(5))).broken).toEqual([]);
});

test("the same experiment with synchronous_commit=off loses some: it can fail", async () => {
  expect((await loseCommitsOnPurpose(plan(30))).lost).toBeGreaterThan(0);
});

test(`what was acknowledged is there after kill -9 of the app under load, and TERM lets requests finish (seed ${SEED})`, async () => {
  expect((await killAppUnderLoad(ground, plan(4), 1)).broken).toEqual([]);
});

test(`every award succeeds while Redis is stopped, frozen, slow or flushed, and the board is right afterwards (seed ${SEED})`, async () => {
  expect((await loseUpstash(ground, plan(5), 25)).broken).toEqual([]);
});

test(`a client that is cut off while it holds a member's row holds nobody up for long (seed ${SEED})`, async () => {
  expect((await awardBehindFrozenClient(ground, plan(2))).broken).toEqual([]);
});
