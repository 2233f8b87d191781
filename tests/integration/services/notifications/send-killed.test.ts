import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@/dev/whop/random";
import { sendNotifications } from "@/services/notifications/send-notifications";
import { useDatabase } from "@/tests/support/database";
import { shuffled } from "@/tests/support/instances";
import { notifyDeps, type WhopPlace } from "@/tests/support/notify-deps";
import {
  aNamedMember,
  aNotifyingCommunity,
  give,
  messageRows,
  passMessageTime,
  saidBy,
  tellBy,
  XP_OF_LEVEL,
} from "@/tests/support/notifying";
import type { NotifierTask } from "@/tests/support/send-notifications-main";
import { type SenderProcess, useSenders } from "@/tests/support/sender-process";
import { aWhop } from "@/tests/support/whop";
import { HURRIED_MS, PATIENT_MS } from "@/tests/support/whop-times";

const OPERATIONS = ["notifications.create", "messages.create", "dmChannels.create", "messages.list"];
/** Each ends a call in another way; what takes longer than the senders wait is lost on them. */
const FAULTS = [
  { kind: "drop_before" },
  { kind: "drop_after" },
  { kind: "crash_before" },
  { kind: "crash_after" },
  { kind: "status", status: 502 },
  { kind: "error_before" },
  { kind: "error_after" },
  { kind: "slow", delayMs: 700 },
  { kind: "rate_limit", retryAfterSeconds: 2 },
  { kind: "stall" },
  { kind: "garbage" },
] as const;
const MEMBERS = 40;
const KILLS = 12;
const IN_THE_MIDDLE = 8;
/** Of a call in which a worker is frozen: time enough to freeze it on a busy machine. */
const SLOW_MS = 4_000;

describe("three messages about each of forty levels, with faults on everything", () => {
  const database = useDatabase();
  const startSender = useSenders<NotifierTask>("send-notifications-main.ts");
  let aheadMs = 0;
  const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(Date.now() + aheadMs) });

  /** A random fault of every kind, again and again, befalling three calls in ten. */
  function disturb(seed: number): void {
    const many = Array.from({ length: 20 }, () => FAULTS).flat();
    for (const operation of OPERATIONS) {
      for (const fault of shuffled(many, seed)) whop().faults.add({ ...fault, operation, times: 1, probability: 0.3 });
    }
  }

  async function pass(seconds: number): Promise<void> {
    aheadMs += seconds * 1000;
    await passMessageTime(database, seconds);
  }

  /** Members of two communities reach a level, all with other names. */
  async function levelUps(): Promise<string[]> {
    const places = await Promise.all([1, 2].map(() => aNotifyingCommunity(database, whop())));
    for (const { companyId, chatExperienceId: experienceId } of places) {
      const template = "{name} {level}";
      const announcement = { enabled: true, experienceId, template };
      await tellBy(database, companyId, {
        announcement,
        directMessage: { enabled: true, template: "{name}: {level}" },
      });
    }
    const communities = places.map(({ companyId }) => companyId);
    for (let n = 0; n < MEMBERS; n += 1) {
      const communityId = communities[n % 2] ?? "";
      await give(
        database,
        communityId,
        await aNamedMember(database, whop(), communityId, `Member ${n}`),
        XP_OF_LEVEL[5],
      );
    }
    return communities;
  }

  const task = (waitMs = HURRIED_MS): NotifierTask => {
    const { apiKey, appId, baseUrl, botUserId } = whop();
    const place: WhopPlace = { apiKey, appId, baseUrl, botUserId };
    return { appUrl: database.appUrl, whop: place, waitMs };
  };

  /** Effects by the row that they belong to, which the key tells. */
  function effectsByRow(): Map<string, { whopId: string | null }[]> {
    const { pushes, messages } = saidBy(whop());
    const found = new Map<string, { whopId: string | null }[]>();
    for (const { idempotencyKey, ...effect } of [...pushes, ...messages]) {
      const key = idempotencyKey ?? "";
      found.set(key, [...(found.get(key) ?? []), { whopId: "channel_id" in effect ? effect.id : null }]);
    }
    return found;
  }

  test("a worker killed in the middle, again and again: at Whop each is once, or was given up and says why", async () => {
    const communities = await levelUps();
    const rows = async () => (await Promise.all(communities.map((id) => messageRows(database, id)))).flat();
    expect(await rows()).toHaveLength(3 * MEMBERS);
    disturb(5);
    const random = seededRandom(5);
    let next: Promise<SenderProcess<NotifierTask>> = startSender();
    let inTheMiddle = 0;
    // One that was killed before it had begun was not in the middle of anything.
    for (let kills = 0; kills < KILLS || (inTheMiddle < IN_THE_MIDDLE && kills < 5 * KILLS); kills += 1) {
      const sender = await next;
      next = startSender();
      sender.begin(task());
      const count = () => saidBy(whop()).pushes.length + saidBy(whop()).messages.length;
      const target = count() + 1 + Math.floor(random() * 4);
      for (const end = Date.now() + 1_500; count() < target && Date.now() < end; ) await sleep(3);
      await sender.kill();
      if ((await rows()).some(({ lease_token }) => lease_token !== null)) inTheMiddle += 1;
      await pass(61);
    }
    await (await next).kill();
    expect(inTheMiddle).toBeGreaterThanOrEqual(IN_THE_MIDDLE);

    const deps = notifyDeps(database, whop(), HURRIED_MS);
    for (let looks = 0; looks < 40; looks += 1) {
      // On a slow machine what has just failed would come due again before the others are through.
      await sendNotifications(deps, { until: new Date(Date.now() + 2_000) });
      await pass(looks < 20 ? 600 : 4_000);
    }
    whop().faults.clear();
    await pass(30 * 3_600);
    await sendNotifications(deps);

    const effects = effectsByRow();
    const wrong = (await rows()).filter(({ notification_id, channel, state, problem, whop_id }) => {
      const own = effects.get(`notification-${notification_id}`) ?? [];
      if (state === "sent") return own.length !== 1 || whop_id !== own[0]?.whopId;
      if (state !== "failed" || own.length > 1) return true;
      // What can be read is given up only where it is not there.
      return channel === "push" ? problem !== "unknown_outcome" : problem !== "not_taken" || own.length > 0;
    });
    expect(wrong.map(({ channel, state, problem, last_error }) => ({ channel, state, problem, last_error }))).toEqual(
      [],
    );
    const sent = (await rows()).filter(({ state }) => state === "sent").length;
    expect(sent).toBeGreaterThan(MEMBERS * 2);
    // None but what the rows tell of.
    expect([...effects.keys()].filter((key) => !key.startsWith("notification-"))).toEqual([]);
  }, 180_000);

  test("a worker frozen in a call for longer than its lease, and woken when another has done its work: once each", async () => {
    const { companyId, chatExperienceId } = await aNotifyingCommunity(database, whop());
    const announcement = { enabled: true, experienceId: chatExperienceId, template: "{name} {level}" };
    await tellBy(database, companyId, { announcement });
    for (let n = 0; n < 3; n += 1) {
      await give(database, companyId, await aNamedMember(database, whop(), companyId, `Frozen ${n}`), XP_OF_LEVEL[2]);
    }
    for (const operation of ["messages.create", "notifications.create"]) {
      whop().faults.add({ kind: "slow", delayMs: SLOW_MS, operation, times: 3 });
    }
    const rows = () => messageRows(database, companyId);
    const sender = await startSender();
    sender.begin(task(PATIENT_MS));
    for (const end = Date.now() + 10_000; !(await rows()).every(({ calls }) => calls === 1) && Date.now() < end; ) {
      await sleep(5);
    }
    sender.freeze();
    expect((await rows()).filter(({ state, lease_token }) => state === "sending" && lease_token)).toHaveLength(6);
    await pass(61);
    const deps = notifyDeps(database, whop());
    await sendNotifications(deps);
    await sleep(SLOW_MS); // the calls of the frozen one take their effect
    await pass(61);
    await sendNotifications(deps);
    const ended = await rows();
    expect(ended.map(({ state }) => state)).toEqual(Array.from({ length: 6 }, () => "sent"));
    sender.wake();
    await sleep(1_000);
    await sender.kill();
    expect(await rows()).toEqual(ended);
    const effects = effectsByRow();
    const counts = ended.map(({ notification_id }) => effects.get(`notification-${notification_id}`)?.length);
    expect(counts).toEqual([1, 1, 1, 1, 1, 1]);
  }, 60_000);

  test("a sender that asks again under a new key whenever it hears nothing says some of it twice", async () => {
    const { companyId, experienceId } = await aNotifyingCommunity(database, whop());
    const { whop: client } = notifyDeps(database, whop(), HURRIED_MS);
    disturb(9);
    const members = await Promise.all(Array.from({ length: 40 }, () => aNamedMember(database, whop(), companyId)));
    for (const userId of members) {
      for (let tries = 0; tries < 20; tries += 1) {
        const message = {
          title: "You reached level 5",
          content: "Your rank: Regular.",
          userIds: [userId],
          experienceId,
        };
        if ((await client.sendNotification({ ...message, key: randomUUID() })).kind === "done") break;
      }
    }
    whop().faults.clear();
    const told = saidBy(whop()).pushes.filter(({ company_id }) => company_id === companyId);
    expect(told.length).toBeGreaterThan(members.length);
  }, 60_000);
});
