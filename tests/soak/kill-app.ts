import { setTimeout as sleep } from "node:timers/promises";
import { newId } from "@/dev/whop/random";
import { differencesFromFold, doctorFinds, inWords, missingFrom, storedTwice } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import { holdRow } from "@/tests/soak/held-row";
import {
  aMessageFrom,
  disorder,
  messageSource,
  newLedger,
  send,
  sendFrom,
  sendUntilAcknowledged,
} from "@/tests/soak/load";
import type { AppProcess } from "@/tests/support/app-process";

const CLIENTS = 10;
const RESTART_LIMIT_MS = 10_000;
const END_LIMIT_MS = 15_000;

/** F8: instances of the app are killed with -9 under load, then told to end while requests are under way. */
export const killApp: Experiment = {
  id: "f8",
  title: "kill -9 and TERM of the app under load",
  weight: 3,
  run: (plan) => onGround({}, (ground) => killAppUnderLoad(ground, plan, 2)),
};

export async function killAppUnderLoad(ground: Ground, plan: Plan, instances: number): Promise<Finding> {
  const apps = await Promise.all(Array.from({ length: instances }, () => ground.startApp(plan.app)));
  const { random, seconds } = plan;
  const pick = () => apps[Math.floor(random() * apps.length)] as AppProcess; // there is at least one
  const ledger = newLedger();
  const stop = new AbortController();
  const load = sendFrom(disorder(messageSource(ground.community, random), random), {
    url: () => pick().url,
    secret: ground.whop.webhookSecret,
    ledger,
    clients: CLIENTS,
    stop: stop.signal,
  });
  const startsMs: number[] = [];
  try {
    for (const until = Date.now() + seconds * 1000; Date.now() < until; ) {
      await sleep(300 + random() * 1_700);
      const app = pick();
      await app.kill();
      startsMs.push(await app.start());
    }
  } finally {
    stop.abort();
  }
  await load;
  const termination = await terminateUnderWay(ground, pick());

  await Promise.all(apps.map((app) => app.stop()));
  const lost = await missingFrom(ground, ledger.acknowledged.values());
  const twice = await storedTwice(ground);
  const { companyId } = ground.community;
  const sent = [...ledger.acknowledged.values(), ...termination.messages];
  const differences = [
    ...(await differencesFromFold(ground, companyId, sent)),
    ...(await doctorFinds(ground, companyId)),
  ];
  const deaths = apps.reduce((sum, app) => sum + app.deaths() + app.strayErrors(), 0);
  return {
    figures: {
      acknowledged: ledger.acknowledged.size,
      kills: startsMs.length,
      lost: lost.length,
      "stored twice": twice,
      "attempts cut off": ledger.answers.get("lost") ?? 0,
      "slowest start ms": Math.round(Math.max(0, ...startsMs)),
      "end after TERM ms": Math.round(termination.endedMs),
      "finished at TERM": `${termination.finished} of ${termination.messages.length}`,
    },
    broken: brokenAmong({
      "the app was killed under load": startsMs.length > 0 && ledger.acknowledged.size > 0,
      [`nothing acknowledged is missing (${lost.slice(0, 3).join(", ")})`]: lost.length === 0,
      "nothing is stored twice": twice === 0,
      [`every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      "a new start answers in time": startsMs.every((ms) => ms <= RESTART_LIMIT_MS * plan.slack),
      "requests under way at TERM are finished": termination.finished === termination.messages.length,
      "after TERM the app ends by itself": termination.endedMs < END_LIMIT_MS * plan.slack,
      "no instance ends or stumbles by itself": deaths === 0,
    }),
  };
}

/** TERM while awards are under way, held up by a lock on their member. */
async function terminateUnderWay(ground: Ground, app: AppProcess) {
  const options = {
    url: () => app.url,
    secret: ground.whop.webhookSecret,
    ledger: newLedger(),
    answerWithinMs: 30_000,
  };
  const userId = newId("user");
  const messages = [5, 4, 3, 2, 1].map((hours) =>
    aMessageFrom(ground.community, userId, new Date(Date.now() - hours * 3_600_000)),
  );
  const [first, ...others] = messages;
  if (first) await sendUntilAcknowledged(first, options);
  const row = await holdRow(ground, userId);
  const answers = others.map((message) => send(message, options));
  await row.someoneWaits();
  await sleep(200); // the others are in the app by then, behind the one that waits
  const ended = app.terminate();
  await sleep(300);
  await row.release();
  const statuses = await Promise.all(answers);
  const endedMs = await ended;
  await app.start();
  return { messages, finished: 1 + statuses.filter((status) => status === 200).length, endedMs };
}
