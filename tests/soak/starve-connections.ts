import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { doctorFinds, inWords, missingFrom } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import { messageSource, newLedger, onlyAnswers, percentile, send, sendUntilAcknowledged } from "@/tests/soak/load";
import type { AppProcess } from "@/tests/support/app-process";

const CONNECTIONS = 24;
const AT_ONCE = 200;
const LIMIT_MS = 20_000;
const HEALTH_LIMIT_MS = 5_000;
const RECOVERY_LIMIT_MS = 5_000;

/**
 * F10: others hold all of Postgres' connections while 200 requests come at once. They are told 503, none hangs; the health
 * check answers; when connections are free again the app is well within 5 s.
 */
export const starveConnections: Experiment = {
  id: "f10",
  title: "no connection left in Postgres",
  weight: 1,
  run: (plan) =>
    onGround({ postgres: { settings: { max_connections: String(CONNECTIONS), max_wal_senders: "0" } } }, (ground) =>
      burstWithoutConnections(ground, plan),
    ),
};

async function burstWithoutConnections(ground: Ground, plan: Plan): Promise<Finding> {
  const app = await ground.startApp(plan.app);
  const next = messageSource(ground.community, plan.random);
  const all = newLedger();
  const options = {
    url: () => app.url,
    secret: ground.whop.webhookSecret,
    ledger: all,
    answerWithinMs: LIMIT_MS + 10_000,
  };
  await sendUntilAcknowledged(next(), options);

  // The app keeps the one that it has; all others are gone.
  const hogs = await hoardConnections(ground.appDatabaseUrl);
  const messages = Array.from({ length: AT_ONCE / 2 }, next);
  const burst = newLedger();
  const awards = messages.map((message) => send(message, { ...options, ledger: burst }));
  const reads = Array.from({ length: AT_ONCE / 2 }, () => deepHealth(app));
  const healthMs = await plainHealth(app);
  const statuses = await Promise.all(reads);
  await Promise.all(awards);
  const longest = Math.max(percentile(burst.latenciesMs, 100), ...statuses.map(({ ms }) => ms));

  await Promise.all(hogs.map((hog) => hog.end()));
  const started = performance.now();
  await sendUntilAcknowledged(next(), { ...options, retryMs: 50, giveUp: AbortSignal.timeout(4 * RECOVERY_LIMIT_MS) });
  const recoveredMs = Math.round(performance.now() - started);
  for (const message of messages) await sendUntilAcknowledged(message, options);
  const lost = await missingFrom(ground, messages);
  const differences = await doctorFinds(ground, ground.community.companyId);
  await app.stop();
  const counts = new Map<number, number>();
  for (const { status } of statuses) counts.set(status, (counts.get(status) ?? 0) + 1);
  return {
    figures: {
      "connections taken by others": hogs.length,
      "answers to 100 awards": [...burst.answers].join(" "),
      "answers to 100 deep health checks": [...counts].join(" "),
      "longest ms": longest,
      "plain health check ms": healthMs,
      "well again after ms": recoveredMs,
    },
    broken: brokenAmong({
      "there was a lack of connections": counts.has(503) || burst.answers.has(503),
      "answers are 200, 429 or 503":
        onlyAnswers(burst, [200, 429, 503]) && [...counts.keys()].every((status) => [200, 429, 503].includes(status)),
      [`every request ends within ${LIMIT_MS} ms`]: longest <= LIMIT_MS,
      [`the plain health check answers within ${HEALTH_LIMIT_MS} ms`]: healthMs <= HEALTH_LIMIT_MS * plan.slack,
      [`the app is well again within ${RECOVERY_LIMIT_MS} ms`]: recoveredMs <= RECOVERY_LIMIT_MS * plan.slack,
      "nothing is missing in the end": lost.length === 0,
      [`every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      "the app goes on": app.deaths() === 0 && app.strayErrors() === 0,
    }),
  };
}

/** Opens connections until there are no more. */
async function hoardConnections(url: string): Promise<Client[]> {
  const hogs: Client[] = [];
  for (;;) {
    const client = new Client({ connectionString: url });
    client.on("error", () => undefined); // of one that is refused
    try {
      await client.connect();
      hogs.push(client);
    } catch {
      return hogs; // which is how one knows that there are no more
    }
  }
}

async function deepHealth(app: AppProcess): Promise<{ status: number; ms: number }> {
  const started = performance.now();
  const response = await fetch(`${app.url}/api/health?deep=1`, { signal: AbortSignal.timeout(LIMIT_MS + 10_000) });
  await response.arrayBuffer();
  return { status: response.status, ms: Math.round(performance.now() - started) };
}

/** In the middle of the burst. */
async function plainHealth(app: AppProcess): Promise<number> {
  await sleep(100);
  const started = performance.now();
  await (await fetch(`${app.url}/api/health`, { signal: AbortSignal.timeout(LIMIT_MS) })).arrayBuffer();
  return Math.round(performance.now() - started);
}
