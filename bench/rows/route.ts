import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import autocannon from "autocannon";
import { BUSY } from "@/bench/databases";
import { anyMember } from "@/bench/load";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { type SignedMessage, signedMessage } from "@/bench/signed-message";
import { type Surroundings, surround } from "@/bench/surroundings";
import { processEnvironment } from "@/dev/app-environment";
import { startApp } from "@/dev/app-process";
import { type BoundedLog, createBoundedLog } from "@/dev/bounded-log";
import { buildApp, isBuilt } from "@/dev/build-app";

const BAR = 0.85;
/** Signed before each turn, so that signing is not measured; more than any machine takes in a second. */
const SIGNED_PER_SECOND = 6_000;
const WARM_UP_SECONDS = 2;

/**
 * D: the webhook's route, held against a route of the same server that does nothing: `GET /api/health`, which is declared by
 * the same `route()` and reads neither body, database nor Redis. Both answers are 200, or the row fails.
 */
export async function measureRoute({ databases, rounds, seconds, quick }: Bench): Promise<Row> {
  const database = await databases.get("middle");
  const members = database.communities.find(({ communityId }) => communityId === BUSY)?.members ?? 1;
  const folder = await mkdtemp(join(tmpdir(), "wee5-bench-"));
  const around = await surround(database);
  try {
    const app = await serve(around, createBoundedLog(join(folder, "app.log")));
    try {
      const idle = (connections: number) => () => answersPerSecond(around.appUrl, { connections, seconds });
      const hooks = (connections: number) => () => {
        const requests = signedWebhooks(around.webhookSecret, seconds * SIGNED_PER_SECOND, members);
        return answersPerSecond(around.appUrl, { connections, seconds, requests });
      };
      await answersPerSecond(around.appUrl, { connections: 32, seconds: WARM_UP_SECONDS });
      const warmUp = signedWebhooks(around.webhookSecret, WARM_UP_SECONDS * SIGNED_PER_SECOND, members);
      await answersPerSecond(around.appUrl, { connections: 32, seconds: WARM_UP_SECONDS, requests: warmUp });
      const sides = { idle32: idle(32), hooks32: hooks(32), idle128: idle(128), hooks128: hooks(128) };
      return row(await inTurns(quick ? 2 : rounds, sides));
    } finally {
      await app.stop();
    }
  } finally {
    await around.stop();
    await rm(folder, { recursive: true, force: true });
  }
}

function row(sides: Record<"idle32" | "hooks32" | "idle128" | "hooks128", number[]>): Row {
  const [at32, at128] = [ratioOf(sides.hooks32, sides.idle32), ratioOf(sides.hooks128, sides.idle128)];
  const whole = (values: number[]) => Math.round(median(values));
  return {
    row: "D",
    what: "webhook route: verify, award, durable; 32 and 128 connections",
    figure: `${whole(sides.hooks32)}/s and ${whole(sides.hooks128)}/s`,
    yardstick: `GET /api/health ${whole(sides.idle32)}/s and ${whole(sides.idle128)}/s; ratios ${at32.toFixed(2)} and ${at128.toFixed(2)}`,
    ratio: Math.min(at32, at128),
    bar: `≥ ${BAR}`,
    ok: Math.min(at32, at128) >= BAR,
    figures: {
      hooksPerSecond32: median(sides.hooks32),
      idlePerSecond32: median(sides.idle32),
      hooksPerSecond128: median(sides.hooks128),
      idlePerSecond128: median(sides.idle128),
      ratio32: at32,
      ratio128: at128,
    },
  };
}

async function serve({ variables, appUrl }: Surroundings, log: BoundedLog) {
  const never = new AbortController().signal;
  if (!(await isBuilt())) await buildApp(processEnvironment({}, "production"), log, never);
  return startApp("start", Number(new URL(appUrl).port), processEnvironment(variables, "production"), log, never);
}

/** Chat messages of one community as Whop sends them, each once. */
function signedWebhooks(secret: string, count: number, members: number): SignedMessage[] {
  return Array.from({ length: count }, () => {
    const place = { companyId: BUSY, experienceId: "exp_busy" };
    return signedMessage({ secret, ...place, userId: anyMember(members) });
  });
}

/** @throws Error when an answer was not 200. */
async function answersPerSecond(
  appUrl: string,
  { connections, seconds, requests }: { connections: number; seconds: number; requests?: SignedMessage[] },
): Promise<number> {
  const nextOne = requests?.values();
  const result = await autocannon({
    url: `${appUrl}/api/health`,
    connections,
    duration: seconds,
    ...(nextOne ? { requests: [{ setupRequest: (request) => ({ ...request, ...nextOne.next().value }) }] } : {}),
  });
  const refused = result.non2xx + result.errors + result.timeouts;
  if (refused > 0) throw new Error(`${refused} of ${result.requests.total} requests were not answered with 200.`);
  return result["2xx"] / result.duration;
}
