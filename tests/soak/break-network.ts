import { setTimeout as sleep } from "node:timers/promises";
import { type ChaosProxy, startChaosProxy, type Weather } from "@/dev/chaos-proxy";
import { newId } from "@/dev/whop/random";
import { differencesFromFold, doctorFinds, inWords, missingFrom } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import {
  aMessageFrom,
  aSteadyLoad,
  type Message,
  messageSource,
  newLedger,
  onlyAnswers,
  percentile,
  type SendOptions,
  sendUntilAcknowledged,
} from "@/tests/soak/load";
import type { AppProcess } from "@/tests/support/app-process";

const PER_SECOND = 20;
/** Of a request, from outside. The longest wait of ours is that for an answer of Postgres: 16 s. */
const LIMIT_MS = 20_000;
/** What was asked of a lost connection before the network was well again may have its whole limit to go. */
const RECOVERY_LIMIT_MS = 20_000;
const WEATHERS: readonly Weather[] = ["blackhole", "half-open", "reset"];

/**
 * The connections between the app and Postgres, Redis and Whop fall into a black hole, are lost on one side, are reset. Every
 * request ends within its limit, and when the network is well again so is the app, by itself.
 */
export const breakNetwork: Experiment = {
  id: "f37",
  title: "half-open, black-holed and reset connections to Postgres, Redis and Whop",
  weight: 5,
  run: (plan) => onGround({}, (ground) => throughBadNetworks(ground, plan)),
};

export async function throughBadNetworks(ground: Ground, plan: Plan): Promise<Finding> {
  const { community, whop, redis, postgres } = ground;
  const links = {
    Postgres: await startChaosProxy(postgres.port),
    Redis: await startChaosProxy(portOf(redis.url)),
    Whop: await startChaosProxy(portOf(whop.url)),
  };
  const app = await ground.startApp(plan.app, {
    DATABASE_URL: through(links.Postgres, ground.appDatabaseUrl),
    UPSTASH_REDIS_REST_URL: through(links.Redis, redis.url),
    WHOP_BASE_URL: through(links.Whop, whop.baseUrl),
  });
  const next = messageSource(community, plan.random);
  /** In a chat that the app does not know yet, so that it has to ask Whop. */
  const nextInNewChat = () => {
    const { id } = whop.world.addExperience({ companyId: community.companyId, name: "Another chat", kind: "chat" });
    return aMessageFrom({ ...community, chatExperienceId: id }, newId("user"), new Date(Date.now() - 3_600_000));
  };
  const slice = (plan.seconds * 1000) / (WEATHERS.length * Object.keys(links).length);
  const figures: Finding["figures"] = {};
  const promises: Record<string, boolean> = {};
  const all = newLedger();
  const options: SendOptions = { url: () => app.url, secret: whop.webhookSecret, ledger: all };
  const sent: Message[] = [];
  await aSteadyLoad(next, options, { perSecond: PER_SECOND, milliseconds: 500 });

  for (const [name, proxy] of Object.entries(links)) {
    for (const weather of WEATHERS) {
      const ledger = newLedger();
      const awards = name === "Whop" ? nextInNewChat : next;
      await fillPools(app);
      proxy.become(weather);
      const load = aSteadyLoad(
        awards,
        { ...options, ledger, answerWithinMs: LIMIT_MS + 10_000 },
        { perSecond: PER_SECOND, milliseconds: slice },
      );
      const healthMs = await longestHealth(app, slice);
      proxy.become("clear");
      const recoveredMs = await untilAwarded(next, options);
      sent.push(...(await load));
      const longest = percentile(ledger.latenciesMs, 100);
      const link = `${name} ${weather}`;
      figures[link] = `longest ${longest} ms, well again after ${recoveredMs} ms, ${[...ledger.answers].join(" ")}`;
      promises[`${link}: every request ends within ${LIMIT_MS} ms (${longest})`] = longest <= LIMIT_MS;
      promises[`${link}: the deep health check ends within ${LIMIT_MS} ms (${healthMs})`] = healthMs <= LIMIT_MS;
      promises[`${link}: every request is answered, with 200 or 503`] = onlyAnswers(ledger, [200, 503]);
      promises[`${link}: well again within ${RECOVERY_LIMIT_MS} ms (${recoveredMs})`] =
        recoveredMs <= RECOVERY_LIMIT_MS;
      if (name === "Redis") promises[`${link}: no award needs Redis`] = onlyAnswers(ledger, [200]);
      for (const [id, message] of ledger.acknowledged) all.acknowledged.set(id, message);
    }
  }
  // Whop sends what was refused again.
  const refused = sent.filter(({ activity }) => !all.acknowledged.has(activity.activityId));
  for (const message of refused)
    await sendUntilAcknowledged(message, { ...options, giveUp: AbortSignal.timeout(30_000) });
  const lost = await missingFrom(ground, sent);
  const differences = [
    ...(await differencesFromFold(ground, community.companyId, all.acknowledged.values())),
    ...(await doctorFinds(ground, community.companyId)),
  ];
  await app.stop();
  await Promise.all(Object.values(links).map((link) => link.stop()));
  return {
    figures: { ...figures, acknowledged: all.acknowledged.size, "refused and sent again": refused.length },
    broken: brokenAmong({
      ...promises,
      "nothing is missing in the end": lost.length === 0,
      [`every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      [`the app goes on (${app.words().slice(-2).join(" | ")})`]: app.deaths() === 0 && app.strayErrors() === 0,
    }),
  };
}

/** Makes the app open as many connections as it keeps, so that each of them breaks. */
async function fillPools(app: AppProcess): Promise<void> {
  const ask = async () => (await fetch(`${app.url}/api/health?deep=1`)).arrayBuffer();
  await Promise.all(Array.from({ length: 40 }, ask));
}

/** Asks for the deep health check again and again. @returns milliseconds that the longest took. */
async function longestHealth(app: AppProcess, milliseconds: number): Promise<number> {
  const until = Date.now() + milliseconds;
  let longest = 0;
  while (Date.now() < until) {
    const started = performance.now();
    const response = await fetch(`${app.url}/api/health?deep=1`, { signal: AbortSignal.timeout(LIMIT_MS + 10_000) });
    await response.arrayBuffer();
    longest = Math.max(longest, Math.round(performance.now() - started));
    await sleep(200);
  }
  return longest;
}

/** Milliseconds until an award succeeds. */
async function untilAwarded(next: () => Message, options: SendOptions): Promise<number> {
  const started = performance.now();
  await sendUntilAcknowledged(next(), {
    ...options,
    retryMs: 50,
    answerWithinMs: 5_000,
    giveUp: AbortSignal.timeout(2 * RECOVERY_LIMIT_MS),
  });
  return Math.round(performance.now() - started);
}

const portOf = (url: string) => Number(new URL(url).port);

function through(proxy: ChaosProxy, url: string): string {
  const changed = new URL(url);
  changed.port = String(proxy.port);
  return changed.href.replace(/\/$/, "");
}
