import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { differencesFromFold, doctorFinds, inWords, missingFrom, storedTwice } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { durabilitySettings, type Ground, onGround } from "@/tests/soak/ground";
import { disorder, type Ledger, messageSource, newLedger, onlyAnswers, percentile, sendFrom } from "@/tests/soak/load";

const CLIENTS = 10;
const CONTROL_SECONDS = 30;
/** What makes an unwaited-for commit stay in memory for as long as Postgres allows. */
const FORGETFUL = {
  wal_writer_delay: "10s",
  wal_writer_flush_after: "1GB",
  wal_buffers: "64MB",
  checkpoint_timeout: "1h",
};

/**
 * F2: Postgres is killed with -9 under load, again and again. What was acknowledged has to be there after each start, once, and
 * every member has to equal the fold. Then the same with `synchronous_commit=off`, which has to lose some.
 */
export const killPostgres: Experiment = {
  id: "f2",
  title: "kill -9 of Postgres under load",
  weight: 5,
  async run(plan) {
    const finding = await onGround({}, (ground) => killPostgresUnderLoad(ground, plan));
    const control = await loseCommitsOnPurpose({ ...plan, seconds: CONTROL_SECONDS });
    return {
      figures: { ...finding.figures, "lost by the negative control": control.lost },
      broken: [
        ...finding.broken,
        ...brokenAmong({ "the negative control loses acknowledged activities": control.lost > 0 }),
      ],
    };
  },
};

export async function killPostgresUnderLoad(ground: Ground, plan: Plan): Promise<Finding> {
  const app = await ground.startApp(plan.app);
  const settings = await durabilitySettings(ground);
  const ledger = newLedger();
  const { kills, lost } = await loadAndKill(ground, app.url, ledger, plan, () => false);
  await app.stop();
  const sent = ledger.acknowledged.values();
  const differences = [
    ...(await differencesFromFold(ground, ground.community.companyId, sent)),
    ...(await doctorFinds(ground, ground.community.companyId)),
  ];
  const twice = await storedTwice(ground);
  return {
    figures: {
      acknowledged: ledger.acknowledged.size,
      kills,
      lost: lost.length,
      "stored twice": twice,
      "attempts refused or cut off": ledger.latenciesMs.length - (ledger.answers.get(200) ?? 0),
      "p99 ms": percentile(ledger.latenciesMs, 99),
      "longest ms": percentile(ledger.latenciesMs, 100),
    },
    broken: brokenAmong({
      "commits wait for the disk": Object.values(settings).every((value) => value === "on"),
      "Postgres was killed under load": kills > 0 && ledger.acknowledged.size > 0,
      [`nothing acknowledged is missing (${lost.slice(0, 3).join(", ")})`]: lost.length === 0,
      "nothing is stored twice": twice === 0,
      [`every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      [`the app goes on (${app.words().slice(-2).join(" | ")})`]: app.deaths() === 0 && app.strayErrors() === 0,
      "the app answers nothing but 200 and 503": onlyAnswers(ledger, [200, 503, "lost"]),
    }),
  };
}

/** The same with commits that nobody waits for. @returns how many acknowledged activities were gone after a kill. */
export async function loseCommitsOnPurpose(plan: Plan): Promise<{ lost: number; kills: number }> {
  return onGround({ postgres: { settings: FORGETFUL } }, async (ground) => {
    await sql`alter role wee5_app set synchronous_commit = off`.execute(ground.owner);
    const app = await ground.startApp(plan.app);
    const { kills, lost } = await loadAndKill(ground, app.url, newLedger(), plan, (gone) => gone > 0);
    return { lost: lost.length, kills };
  });
}

/** Puts load on the app and kills its database about every second; ends early when `enough` says so. */
async function loadAndKill(
  ground: Ground,
  url: string,
  ledger: Ledger,
  { seconds, random }: Plan,
  enough: (lost: number) => boolean,
): Promise<{ kills: number; lost: string[] }> {
  const stop = new AbortController();
  const giveUp = new AbortController();
  const load = sendFrom(disorder(messageSource(ground.community, random), random), {
    url: () => url,
    secret: ground.whop.webhookSecret,
    ledger,
    clients: CLIENTS,
    stop: stop.signal,
    giveUp: giveUp.signal,
  });
  const lost: string[] = [];
  let kills = 0;
  try {
    for (const until = Date.now() + seconds * 1000; Date.now() < until && !enough(lost.length); ) {
      await sleep(500 + random() * 1_000);
      await ground.postgres.kill();
      // At once, and only what was acknowledged by then: a later repeat would put back what was lost.
      const acknowledged = [...ledger.acknowledged.values()];
      await ground.postgres.restart();
      kills += 1;
      lost.push(...(await missingFrom(ground, acknowledged)));
    }
  } finally {
    stop.abort();
  }
  // A database that has lost commits contradicts what the app remembers; nobody has to wait for it to sort that out.
  if (lost.length > 0) giveUp.abort();
  await load;
  if (lost.length === 0) lost.push(...(await missingFrom(ground, ledger.acknowledged.values())));
  return { kills, lost };
}
