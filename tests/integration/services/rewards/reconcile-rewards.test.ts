import { sql } from "kysely";
import { createAccess } from "@/lib/auth/access";
import { createLogger } from "@/lib/log";
import { createWhopClient } from "@/lib/whop/client";
import { readQueue } from "@/services/rewards/read-queue";
import { reconcileRewards } from "@/services/rewards/reconcile-rewards";
import { sendRewards } from "@/services/rewards/send-rewards";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { aMemberOf, aPayingCommunity, aReward, FREE_DAYS, PROMO_CODE, rewardRow } from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

const DAY_MS = 86_400_000;
const whop = aWhop();
let database: TestDatabase;
/** Every record that was logged, as it was written. */
let log: string[];
beforeEach(async () => {
  database = await aDatabase();
  log = [];
});
afterEach(() => database.drop());

function deps(now = () => new Date()) {
  const logger = createLogger({ logLevel: "debug" }, { destination: { write: (line) => log.push(line) } });
  const { apiKey, appId, baseUrl } = whop();
  const client = createWhopClient({ apiKey, appId, baseUrl, log: logger });
  return {
    db: database.db,
    log: logger,
    now,
    whop: client,
    access: createAccess({ whop: client }),
    whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
  };
}

const aPlace = () => aPayingCommunity(database, whop());
const aMember = (communityId: string) => aMemberOf(database, whop(), communityId);

/** A reward that has been sent to somebody through Whop. */
async function aDelivered(communityId: string, userId: string, reward: Parameters<typeof aReward>[3]) {
  const rewardId = await aReward(database, communityId, userId, reward);
  await sendRewards(deps());
  const row = await rewardRow(database, rewardId);
  if (row.state !== "delivered" || row.whop_id === null) throw new Error(`It was not sent: ${row.state}`);
  return { rewardId, whopId: row.whop_id, row };
}

async function differencesOf(communityId: string) {
  const env = { encryptionKey: Buffer.alloc(32) };
  return (await readQueue({ db: database.db, env }, communityId, { role: "admin" })).differences;
}

/** What a creator does to a membership: its end comes so many days sooner. */
function shorten(membershipId: string, days: number): Date {
  const { world } = whop();
  const end = Date.parse(world.membership(membershipId)?.renewalPeriodEnd ?? "") - days * DAY_MS;
  world.changeMembership(membershipId, { renewalPeriodEnd: new Date(end).toISOString() });
  return new Date(end);
}

function aStrayCode(companyId: string, code: string) {
  const made = whop().world.createPromoCode({
    ...(whop().world.promoCodesOf(companyId)[0] as NonNullable<ReturnType<typeof firstCode>>), // the test has sent one
    code,
  });
  if (!made) throw new Error("There is such a code.");
  return made;
}
const firstCode = (companyId: string) => whop().world.promoCodesOf(companyId)[0];

const warnings = () => log.filter((line) => line.includes("Whop has rewards otherwise"));

test("where Whop has everything as it was delivered, nothing is found and nothing said", async () => {
  const communityId = await aPlace();
  const userId = await aMember(communityId);
  await aDelivered(communityId, userId, FREE_DAYS);
  await aDelivered(communityId, userId, { ...FREE_DAYS, value: { days: 7 } });
  await aDelivered(communityId, userId, PROMO_CODE);
  expect(await reconcileRewards(deps())).toBe(0);
  expect(await differencesOf(communityId)).toEqual({ checkedAt: expect.any(String), failedAt: null, found: [] });
  expect(warnings()).toEqual([]);
});

test("three planted differences are three found, each with whose it is and what Whop says; none is put right", async () => {
  const communityId = await aPlace();
  const [one, other] = [await aMember(communityId), await aMember(communityId)];
  const days = await aDelivered(communityId, one, FREE_DAYS);
  await aDelivered(communityId, other, FREE_DAYS);
  const promo = await aDelivered(communityId, other, PROMO_CODE);
  await aDelivered(communityId, one, PROMO_CODE);
  const expectedUntil = whop().world.membership(days.whopId)?.renewalPeriodEnd;
  const foundUntil = shorten(days.whopId, 2).toISOString();
  whop().world.archivePromoCode(promo.whopId);
  // Named as ours are, whatever that is.
  const stray = aStrayCode(communityId, `${promo.row.code?.slice(0, 5)}NOBODYS1`);
  aStrayCode(communityId, "SUMMER20");
  const before = await rewardRow(database, days.rewardId);

  expect(await reconcileRewards(deps())).toBe(3);
  const { found } = await differencesOf(communityId);
  const byKind = Object.fromEntries(found.map((difference) => [difference.kind, difference]));
  expect(Object.keys(byKind).sort()).toEqual(["days_missing", "promo_archived", "promo_unknown"]);
  expect(byKind.days_missing).toMatchObject({
    severity: "warning",
    rewardId: days.rewardId,
    member: { userId: one },
    whopId: days.whopId,
    expectedUntil,
    foundUntil,
    means: expect.any(String),
  });
  expect(byKind.promo_archived).toMatchObject({ rewardId: promo.rewardId, member: { userId: other } });
  expect(byKind.promo_archived?.codeEnd).toBe(promo.row.code?.slice(-4));
  expect(byKind.promo_unknown).toMatchObject({ rewardId: null, member: null, whopId: stray.id, codeEnd: "DYS1" });
  expect(warnings()).toHaveLength(1);
  expect(log.join("")).not.toContain("NOBODYS1");
  expect(await rewardRow(database, days.rewardId)).toEqual(before);
  expect(whop().world.membership(days.whopId)?.renewalPeriodEnd).toBe(foundUntil);
});

test("a code that Whop has lost is found, and one that was used and then archived is none", async () => {
  const communityId = await aPlace();
  const userId = await aMember(communityId);
  const lost = await aDelivered(communityId, userId, PROMO_CODE);
  const used = await aDelivered(communityId, userId, PROMO_CODE);
  await sql`update rewards set whop_id = 'promo_gone' where reward_id = ${lost.rewardId}`.execute(database.owner);
  whop().world.usePromoCode(used.whopId);
  whop().world.archivePromoCode(used.whopId);
  expect(await reconcileRewards(deps())).toBe(1);
  expect((await differencesOf(communityId)).found).toMatchObject([{ kind: "promo_missing", rewardId: lost.rewardId }]);
});

test("a membership that has ended too soon is found; where the member has left it is only mentioned", async () => {
  const communityId = await aPlace();
  const [leaver, stayer] = [await aMember(communityId), await aMember(communityId)];
  const left = await aDelivered(communityId, leaver, FREE_DAYS);
  const ended = await aDelivered(communityId, stayer, FREE_DAYS);
  whop().world.leave(communityId, leaver);
  whop().world.changeMembership(ended.whopId, { status: "expired" });
  whop().world.addMembership({ companyId: communityId, userId: stayer });
  expect(await reconcileRewards(deps())).toBe(1);
  expect((await differencesOf(communityId)).found).toMatchObject([
    { kind: "membership_gone", severity: "warning", rewardId: ended.rewardId },
    { kind: "membership_gone", severity: "info", rewardId: left.rewardId },
  ]);
});

test("of several rewards on one membership the one that took its end farthest is compared, and is one difference", async () => {
  const communityId = await aPlace();
  const userId = await aMember(communityId);
  const first = await aDelivered(communityId, userId, FREE_DAYS);
  const second = await aDelivered(communityId, userId, { ...FREE_DAYS, value: { days: 7 } });
  // Still later than it was after the first.
  shorten(first.whopId, 1);
  expect(await reconcileRewards(deps())).toBe(1);
  expect((await differencesOf(communityId)).found).toMatchObject([{ rewardId: second.rewardId }]);
});

test("a difference keeps when it was first seen, and is gone once it is put right", async () => {
  const communityId = await aPlace();
  const days = await aDelivered(communityId, await aMember(communityId), FREE_DAYS);
  shorten(days.whopId, 2);
  const today = new Date();
  const tomorrow = new Date(today.getTime() + DAY_MS);
  await reconcileRewards(deps(() => today));
  expect(await reconcileRewards(deps(() => tomorrow))).toBe(1);
  const { checkedAt, found } = await differencesOf(communityId);
  expect([checkedAt, found.map(({ firstSeenAt }) => firstSeenAt)]).toEqual([
    tomorrow.toISOString(),
    [today.toISOString()],
  ]);
  shorten(days.whopId, -2);
  expect(await reconcileRewards(deps())).toBe(0);
  expect((await differencesOf(communityId)).found).toEqual([]);
});

test.each(["memberships.retrieve", "promoCodes.list"])(
  "while Whop does not answer %s what was found stands, and says so",
  async (operation) => {
    const communityId = await aPlace();
    const userId = await aMember(communityId);
    const days = await aDelivered(communityId, userId, FREE_DAYS);
    await aDelivered(communityId, userId, PROMO_CODE);
    shorten(days.whopId, 2);
    await reconcileRewards(deps());
    const before = await differencesOf(communityId);
    whop().faults.add({ kind: "status", status: 503, operation, probability: 1 });
    expect(await reconcileRewards(deps())).toBe(0);
    expect(await differencesOf(communityId)).toEqual({ ...before, failedAt: expect.any(String) });
    whop().faults.clear();
    await reconcileRewards(deps());
    expect(await differencesOf(communityId)).toMatchObject({ failedAt: null });
  },
);

test("one community's trouble is not the others', and a Whop that is away is not asked for each of them", async () => {
  for (let made = 0; made < 6; made += 1) {
    const communityId = await aPlace();
    await aDelivered(communityId, await aMember(communityId), FREE_DAYS);
  }
  const unread = async () => {
    const { rows } = await sql<{ count: number }>`
      select count(*)::integer from communities where rewards_unread_at is not null`.execute(database.owner);
    return rows[0]?.count;
  };
  whop().faults.add({ kind: "status", status: 403, operation: "memberships.retrieve", times: 1 });
  await reconcileRewards(deps());
  expect(await unread()).toBe(1);
  whop().faults.add({ kind: "status", status: 503, operation: "memberships.retrieve", probability: 1 });
  await reconcileRewards(deps());
  expect(await unread()).toBeLessThanOrEqual(4);
  whop().faults.clear();
  await reconcileRewards(deps());
  expect(await unread()).toBe(0);
});

test("every question to Whop waits for its share of what Whop allows", async () => {
  const communityId = await aPlace();
  const userId = await aMember(communityId);
  const days = await aDelivered(communityId, userId, FREE_DAYS);
  await aDelivered(communityId, userId, PROMO_CODE);
  shorten(days.whopId, 2);
  const asked: string[] = [];
  const take = async (operation: string) => {
    asked.push(operation);
    const isFirst = asked.indexOf(operation) === asked.length - 1;
    return { allowed: !isFirst || operation !== "promoCodes.list", retryAfterSeconds: 1 };
  };
  expect(await reconcileRewards({ ...deps(), whopShare: { take } })).toBe(1);
  expect(asked).toEqual(["promoCodes.list", "promoCodes.list", "memberships.retrieve", "users.checkAccess"]);
});

test("what was delivered more than 90 days ago, or by hand, is not asked for", async () => {
  const communityId = await aPlace();
  const [one, other] = [await aMember(communityId), await aMember(communityId)];
  const old = await aDelivered(communityId, one, FREE_DAYS);
  const byHand = await aDelivered(communityId, other, FREE_DAYS);
  shorten(old.whopId, 2);
  shorten(byHand.whopId, 2);
  await sql`update rewards set delivered_at = now() - interval '91 days' where reward_id = ${old.rewardId}`.execute(
    database.owner,
  );
  await sql`update rewards set delivered_how = 'by_hand' where reward_id = ${byHand.rewardId}`.execute(database.owner);
  expect(await reconcileRewards(deps())).toBe(0);
});
