import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { startChaosProxy } from "@/dev/chaos-proxy";
import { newId } from "@/dev/whop/random";
import { differencesFromFold, inWords } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import {
  aMessageFrom,
  aSteadyLoad,
  type Message,
  messageSource,
  newLedger,
  percentile,
  send,
  sendUntilAcknowledged,
} from "@/tests/soak/load";

const LIMIT_MS = 5_000;
/** Longer than a lock is waited for (5 s), or the control would end by itself in time. */
const CONTROL_MS = 5_500;

/**
 * F6: a client in the middle of an award falls into a black hole, a member's row locked. Others go on within 5 s, because the
 * role's `idle_in_transaction_session_timeout` ends its transaction. Without that they do not.
 */
export const freezeClient: Experiment = {
  id: "f6",
  title: "a client that is cut off while it holds a member's row",
  weight: 1,
  run: (plan) =>
    onGround({}, async (ground) => {
      const finding = await awardBehindFrozenClient(ground, plan);
      const control = await awardsWithoutTheTimeout(ground, plan);
      return {
        figures: { ...finding.figures, "negative control acknowledged": `${control} of 1` },
        broken: [
          ...finding.broken,
          ...brokenAmong({ "without the timeout the member's next award waits on": control === 0 }),
        ],
      };
    }),
};

export async function awardBehindFrozenClient(ground: Ground, plan: Plan): Promise<Finding> {
  const limitMs = LIMIT_MS * plan.slack;
  const app = await ground.startApp(plan.app);
  const ledger = newLedger();
  const options = { url: () => app.url, secret: ground.whop.webhookSecret, ledger, retryMs: 100 };
  const userId = newId("user");
  const [before, frozen, after] = [3, 2, 1].map((hours) => aMessage(ground, userId, hours)) as [
    Message,
    Message,
    Message,
  ];
  await sendUntilAcknowledged(before, options);

  const client = await aFrozenClient(ground, frozen);
  const others = newLedger();
  const neighbours = aSteadyLoad(
    messageSource(ground.community, plan.random),
    { ...options, ledger: others, answerWithinMs: 20_000 },
    { perSecond: 20, milliseconds: 2_000 },
  );
  const started = performance.now();
  await sendUntilAcknowledged(after, { ...options, giveUp: AbortSignal.timeout(30_000) });
  const waitedMs = Math.round(performance.now() - started);
  await neighbours;
  await client.forget();
  await app.stop();
  const differences = await differencesFromFold(ground, ground.community.companyId, [before, after]);
  const longest = percentile(others.latenciesMs, 100);
  return {
    figures: { "the member's next award waited ms": waitedMs, "others' longest wait ms": longest },
    broken: brokenAmong({
      [`the member's next award is made within ${limitMs} ms`]:
        ledger.acknowledged.has(after.activity.activityId) && waitedMs <= limitMs,
      "it had to wait for the frozen client": waitedMs > 500,
      [`other members' awards are made within ${limitMs} ms`]:
        others.acknowledged.size === others.latenciesMs.length && longest <= limitMs,
      [`the frozen client's award is not there (${inWords(differences)})`]: differences.length === 0,
    }),
  };
}

/** @returns how many awards of the member are acknowledged while the frozen client's transaction goes on. */
async function awardsWithoutTheTimeout(ground: Ground, plan: Plan): Promise<number> {
  const app = await ground.startApp(plan.app);
  const ledger = newLedger();
  const options = { url: () => app.url, secret: ground.whop.webhookSecret, ledger, answerWithinMs: 20_000 };
  const userId = newId("user");
  await sendUntilAcknowledged(aMessage(ground, userId, 3), options);
  const client = await aFrozenClient(
    ground,
    aMessage(ground, userId, 2),
    "set idle_in_transaction_session_timeout = 0",
  );
  const blocked = send(aMessage(ground, userId, 1), options);
  await Promise.race([blocked, sleep(CONTROL_MS)]);
  const status = await Promise.race([blocked, "waiting" as const]);
  await client.forget();
  await blocked;
  await app.stop();
  return status === 200 ? 1 : 0;
}

/** A connection like the app's, inside of an award that it can neither finish nor give up. */
async function aFrozenClient(
  { appDatabaseUrl, community, postgres }: Ground,
  { activity }: Message,
  setting = "select 1",
) {
  const proxy = await startChaosProxy(postgres.port);
  const url = new URL(appDatabaseUrl);
  url.port = String(proxy.port);
  const client = new Client({ connectionString: url.href });
  client.on("error", () => undefined); // its end is what the experiment is about
  await client.connect();
  await client.query(setting);
  await client.query("begin");
  await client.query("select set_config('wee5.community_id', $1, true)", [community.companyId]);
  const { rows } = await client.query("select max(version) as version from settings_versions where community_id = $1", [
    community.companyId,
  ]);
  await client.query("select award_activities($1, $2, $3::jsonb)", [
    community.companyId,
    rows[0].version,
    JSON.stringify([activity]),
  ]);
  proxy.become("blackhole");
  return {
    async forget() {
      await proxy.stop();
      await Promise.race([client.end(), sleep(1_000)]);
    },
  };
}

function aMessage({ community }: Ground, userId: string, hoursAgo: number): Message {
  return aMessageFrom(community, userId, new Date(Date.now() - hoursAgo * 3_600_000));
}
