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
  sendUntilAcknowledged,
} from "@/tests/soak/load";

const MINUTE = 60_000;

/**
 * F7: the app's clock is six minutes off. Whop's webhooks look stale, or of the future, and are refused with not a row changed;
 * when the clock is right they are accepted, and nothing is lost. Off by less, nothing changes: the rules go by the database's clock.
 */
export const skewClock: Experiment = {
  id: "f7",
  title: "the app's clock is wrong",
  weight: 1,
  run: (plan) => onGround({}, (ground) => awardsWithWrongClock(ground, plan)),
};

export async function awardsWithWrongClock(ground: Ground, { random }: Pick<Plan, "random">): Promise<Finding> {
  // The built app has no way to be told of another time, and should have none.
  const app = await ground.startApp("handlers");
  const { community, whop } = ground;
  const all = newLedger();
  const options = { url: () => app.url, secret: whop.webhookSecret, ledger: all };
  const next = messageSource(community, random);
  const promises: Record<string, boolean> = {};
  const refused: Message[] = [];

  for (const minutes of [6, -6]) {
    await app.shiftClock(minutes * MINUTE);
    const before = await rowsOf(ground);
    const ledger = newLedger();
    refused.push(...(await aSteadyLoad(next, { ...options, ledger }, { perSecond: 20, milliseconds: 1_000 })));
    promises[`${minutes} minutes: every webhook is refused (${[...ledger.answers].join(" ")})`] = onlyAnswers(
      ledger,
      [401, 429],
    );
    promises[`${minutes} minutes: not a row changes`] = (await rowsOf(ground)) === before;
  }
  await app.shiftClock(0);
  for (const message of refused) await sendUntilAcknowledged(message, options);

  // Within what a signature may be off (5 min), the app's clock is no part of any decision.
  const claimed: Message[] = [];
  for (const minutes of [4, -4]) {
    await app.shiftClock(minutes * MINUTE);
    const [soon, muchLater] = [4, 7].map((ahead) =>
      aMessageFrom(community, newId("user"), new Date(Date.now() + ahead * MINUTE)),
    ) as [Message, Message];
    for (const message of [soon, muchLater]) await sendUntilAcknowledged(message, options);
    claimed.push(muchLater);
    promises[`${minutes} minutes: a message of 4 minutes ahead pays`] = (await outcomeOf(ground, soon)) === "awarded";
    promises[`${minutes} minutes: one of 7 minutes ahead has a bad time`] =
      (await outcomeOf(ground, muchLater)) === "bad_time";
    await aSteadyLoad(next, options, { perSecond: 20, milliseconds: 500 });
  }
  await app.stop();
  const lost = await missingFrom(ground, all.acknowledged.values());
  const counted = [...all.acknowledged.values()].filter((message) => !claimed.includes(message));
  const differences = [
    ...(await differencesFromFold(ground, community.companyId, counted)),
    ...(await doctorFinds(ground, community.companyId)),
  ];
  return {
    figures: { "refused, then accepted": refused.length, acknowledged: all.acknowledged.size },
    broken: brokenAmong({
      ...promises,
      "nothing acknowledged is missing": lost.length === 0,
      [`every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      "the app goes on": app.deaths() === 0 && app.strayErrors() === 0,
    }),
  };
}

async function rowsOf({ owner }: Ground): Promise<string> {
  const { count } = await owner
    .selectFrom("activity_log")
    .select(({ fn }) => fn.countAll().as("count"))
    .executeTakeFirstOrThrow();
  return String(count);
}

async function outcomeOf({ owner }: Ground, { activity }: Message): Promise<string | undefined> {
  const row = await owner
    .selectFrom("activity_log")
    .select("outcome")
    .where("activity_id", "=", activity.activityId)
    .executeTakeFirst();
  return row?.outcome;
}
