import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { seededRandom } from "@/dev/whop/random";
import { sendRewards } from "@/services/rewards/send-rewards";
import { useDatabase } from "@/tests/support/database";
import { shuffled } from "@/tests/support/instances";
import { sendDeps } from "@/tests/support/send-deps";
import { type SenderProcess, useSenders } from "@/tests/support/sender-process";
import {
  aMemberOf,
  aPayingCommunity,
  BADGE,
  CUSTOM,
  effectsOf,
  FREE_DAYS,
  PROMO_CODE,
  passTime,
  someRewards,
} from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";
import { HURRIED_MS } from "@/tests/support/whop-times";

const DAY_SECONDS = 25 * 3600;
/** Longer than the senders wait. */
const SLOW_MS = 700;
const WRITES = ["memberships.addFreeDays", "promoCodes.create"];
const READS = ["memberships.list", "memberships.retrieve", "promoCodes.list"];
/** Each ends a call in another way. */
const WRITE_FAULTS = [
  { kind: "drop_before" },
  { kind: "drop_after" },
  { kind: "crash_before" },
  { kind: "crash_after" },
  { kind: "status", status: 502 },
  { kind: "error_before" },
  { kind: "error_after" },
  { kind: "slow", delayMs: SLOW_MS },
  { kind: "delay", delayMs: SLOW_MS },
  { kind: "rate_limit", retryAfterSeconds: 2 },
  { kind: "stall" },
  { kind: "garbage" },
] as const;
const READ_FAULTS = [
  { kind: "drop_before" },
  { kind: "status", status: 503 },
  { kind: "rate_limit" },
  { kind: "garbage" },
] as const;

describe("300 rewards of every kind, with faults on everything", () => {
  const database = useDatabase();
  const startSender = useSenders();
  let aheadMs = 0;
  const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(Date.now() + aheadMs) });

  /** A random fault of every kind, again and again, each befalling every n-th call or so. */
  function disturb(seed: number): void {
    for (const [operations, faults, probability] of [
      [WRITES, WRITE_FAULTS, 0.5],
      [READS, READ_FAULTS, 0.2],
    ] as const) {
      const many = Array.from({ length: 25 }, () => faults).flat();
      for (const operation of operations) {
        for (const fault of shuffled(many, seed)) whop().faults.add({ ...fault, operation, times: 1, probability });
      }
    }
  }

  async function threeHundred(): Promise<string[]> {
    const communities = await Promise.all([1, 2, 3].map(() => aPayingCommunity(database, whop())));
    const members = Array.from({ length: 75 }, (_, n) => ({
      community_id: communities[n % 3] ?? "",
      user_id: whop().world.addUser().id,
    }));
    for (const { community_id, user_id } of members) whop().world.join(community_id, user_id);
    await database.owner.insertInto("users").values(members).execute();
    return someRewards(
      database,
      members.flatMap((member, n) => {
        const days = (n % 5 === 0 ? [2, 3, 3] : [3]).map((count) => ({ ...FREE_DAYS, value: { days: count } }));
        const others = n % 5 === 0 ? [PROMO_CODE] : [PROMO_CODE, PROMO_CODE, n % 2 ? BADGE : CUSTOM];
        return [...days, ...others].map((reward) => ({ ...member, ...reward }));
      }),
    );
  }

  const rows = () =>
    database.owner
      .selectFrom("rewards")
      .select(["user_id", "type", "value", "state", "problem", "code", "lease_token", "idempotency_key"])
      .execute();

  const leased = async () => (await rows()).filter(({ lease_token }) => lease_token !== null).length;

  const effectCount = () => effectsOf(whop()).freeDays.length + effectsOf(whop()).promoCodes.length;

  /** Until so many more effects are there; a moment that no worker can foresee. */
  async function effects(count: number): Promise<void> {
    const target = effectCount() + count;
    for (const end = Date.now() + 1_500; effectCount() < target && Date.now() < end; ) {
      await sleep(3);
    }
  }

  async function pass(seconds: number): Promise<void> {
    aheadMs += seconds * 1000;
    await passTime(database, seconds);
  }

  /** One line for each effect that a member is owed, or has had. */
  async function owed(): Promise<string[]> {
    return (await rows()).flatMap(({ user_id, type, value, code }) => {
      if (type === "free_days") return [`${user_id} ${(value as { days: number }).days} days`]; // as this file made it
      return type === "promo_code" ? [`code ${code}`] : [];
    });
  }

  function had(): string[] {
    const { freeDays, promoCodes } = effectsOf(whop());
    return [
      ...freeDays.map(({ user_id, free_days }) => `${user_id} ${free_days} days`),
      ...promoCodes.map(({ code }) => `code ${code}`),
    ];
  }

  test("a worker killed in the middle twenty times and more: at Whop each arrives exactly once", async () => {
    const random = seededRandom(7);
    expect(await threeHundred()).toHaveLength(300);
    const { apiKey, appId, baseUrl } = whop();
    const task = { appUrl: database.appUrl, whop: { apiKey, appId, baseUrl }, waitMs: HURRIED_MS };
    const deps = sendDeps(database, whop(), HURRIED_MS);

    let kills = 0;
    let next: Promise<SenderProcess> = startSender();
    for (let round = 1; kills < 22 && round < 80; round += 1) {
      disturb(round);
      const sender = await next;
      next = startSender();
      sender.begin(task);
      await effects(1 + Math.floor(random() * 4));
      await sender.kill();
      if ((await leased()) > 0) kills += 1;
      await sendRewards(deps, { until: new Date(Date.now() + 300) });
      whop().faults.clear();
      // What is slow at Whop arrives after its worker's death, but not a day later.
      if (round % 8 === 0) await sleep(SLOW_MS);
      await pass(round % 8 === 0 ? DAY_SECONDS : 90);
    }
    await (await next).kill();
    expect(kills).toBeGreaterThanOrEqual(20);

    disturb(0);
    for (let day = 0; day < 10; day += 1) {
      if (day > 0) whop().faults.clear();
      await sleep(SLOW_MS);
      await pass(DAY_SECONDS);
      await sendRewards(deps);
    }
    const states = (await rows()).map(({ state, problem }) => `${state} ${problem}`);
    expect(states).toEqual(Array(300).fill("delivered null"));
    expect(had().sort()).toEqual((await owed()).sort());
    // Each under the key that its row names.
    const { freeDays, promoCodes } = whop().effects.all();
    const keys = [...freeDays, ...promoCodes].map(({ idempotencyKey }) => idempotencyKey);
    const named = (await rows()).flatMap(({ idempotency_key }) => idempotency_key ?? []);
    expect(keys.sort()).toEqual(named.sort());
  }, 240_000);

  test("a sender that calls, marks and tries again, without a key and without reading, doubles some", async () => {
    const communityId = await aPayingCommunity(database, whop());
    const { whop: client } = sendDeps(database, whop(), HURRIED_MS);
    const before = effectCount();
    disturb(1);
    for (let n = 0; n < 25; n += 1) {
      const userId = await aMemberOf(database, whop(), communityId);
      const [membership] = whop()
        .world.membershipsOf(communityId)
        .filter((one) => one.userId === userId);
      const send = () => client.addFreeDays({ membershipId: membership?.id ?? "", days: 3, key: randomUUID() });
      for (let tries = 0; (await send()).kind !== "done" && tries < 10; ) tries += 1;
    }
    expect(effectCount() - before).toBeGreaterThan(25);
  });
});
