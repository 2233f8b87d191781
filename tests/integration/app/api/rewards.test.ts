import { sql } from "kysely";
import { anApp } from "@/tests/support/app";
import { aReward, BADGE, FREE_DAYS, PROMO_CODE, rewardRow } from "@/tests/support/sending";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

/** A community whose creator has confirmed that rewards are paid. */
async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.experienceId);
  await app().deps.communities.resolve(place.companyId);
  await sql`update communities set rewards_confirmed_at = now() where community_id = ${place.companyId}`.execute(
    app().database.owner,
  );
  return place;
}

/** A reward that a person has to look at. */
async function aStuck(place: CommunityInWhop, userId = place.memberId): Promise<string> {
  await sql`insert into users (community_id, user_id) values (${place.companyId}, ${userId}) on conflict do nothing`.execute(
    app().database.owner,
  );
  return aReward(app().database, place.companyId, userId, { ...BADGE, state: "needs_attention", problem: "refused" });
}

async function list(place: CommunityInWhop, as: string, more = "") {
  const response = await app().call(`/api/rewards?experienceId=${place.experienceId}${more}`, { as });
  return { status: response.status, body: await response.json() };
}

async function post(place: CommunityInWhop, as: string, json: object, headers?: Record<string, string>) {
  const response = await app().call("/api/rewards", {
    as,
    headers,
    json: { experienceId: place.experienceId, ...json },
  });
  return { status: response.status, body: await response.json() };
}

async function settled(rewardId: string, state: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    if ((await rewardRow(app().database, rewardId)).state === state) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`It did not come to be ${state}.`);
}

/** All that an admin can change there. What other tests have left is still being sent meanwhile. */
async function contentsOf({ companyId }: CommunityInWhop) {
  const tables = ["rewards", "users", "communities", "audit_log"];
  const contents = tables.map((table) =>
    sql<{
      row: string;
    }>`select t::text as row from ${sql.table(table)} t where community_id = ${companyId} order by 1`.execute(
      app().database.owner,
    ),
  );
  return (await Promise.all(contents)).map(({ rows }) => rows);
}

const GRANT = { action: "grant", ...BADGE };

test("an admin sees what waits for a person, tries it again, and it arrives", async () => {
  const place = await aPlace();
  const rewardId = await aStuck(place);
  const { status, body } = await list(place, place.ownerId, "&state=attention");
  expect([status, body.counts]).toEqual([200, { attention: 1, on_its_way: 0, delivered: 0, cancelled: 0 }]);
  const [entry] = body.rewards;
  expect(entry).toMatchObject({ rewardId, actions: ["retry", "settle_sent", "cancel"] });
  expect(await post(place, place.ownerId, { action: "retry", rewardId, seen: entry.seen })).toEqual({
    status: 200,
    body: { rewardId },
  });
  await settled(rewardId, "delivered");
});

test("a moderator sees the same without codes, and may do nothing", async () => {
  const place = await aPlace();
  const rewardId = await aStuck(place);
  await aReward(app().database, place.companyId, place.memberId, {
    ...PROMO_CODE,
    state: "delivered",
    delivered_at: "2026-05-02T10:00:00Z",
    delivered_how: "sent",
    code: "WEE5ABCDEFGH",
  });
  const { status, body } = await list(place, place.moderatorId);
  expect([status, body.rewards.map((entry: { actions: string[] }) => entry.actions)]).toEqual([200, [[], []]]);
  expect(JSON.stringify(body)).not.toContain("EFGH");
  const before = await contentsOf(place);
  const seen = body.rewards.find((entry: { rewardId: string }) => entry.rewardId === rewardId).seen;
  for (const json of [
    { action: "retry", rewardId, seen },
    { ...GRANT, userId: place.memberId },
  ]) {
    expect((await post(place, place.moderatorId, json)).status).toBe(403);
  }
  expect(await contentsOf(place)).toEqual(before);
});

test("a member, somebody who has left and a stranger see nothing", async () => {
  const place = await aPlace();
  await aStuck(place);
  const { world } = app().whop;
  const exMember = world.addUser({ name: "Ex Member" }).id;
  world.join(place.companyId, exMember);
  world.leave(place.companyId, exMember);
  for (const as of [place.memberId, exMember, place.strangerId]) {
    const { status, body } = await list(place, as);
    expect([403, 404]).toContain(status);
    expect(body).not.toHaveProperty("rewards");
  }
});

test("another community's admin neither sees nor decides", async () => {
  const [own, other] = [await aPlace(), await aPlace()];
  const rewardId = await aStuck(own);
  const [entry] = (await list(own, own.ownerId)).body.rewards;
  expect((await list(other, other.ownerId)).body.rewards).toEqual([]);
  const before = await contentsOf(own);
  const refused = await post(other, other.ownerId, { action: "cancel", rewardId, seen: entry.seen });
  expect([refused.status, refused.body.error.code]).toEqual([404, "not_found"]);
  expect(await contentsOf(own)).toEqual(before);
});

test("two admins at once on one reward: one decides, the other is told in words that it has changed", async () => {
  const place = await aPlace();
  const rewardId = await aStuck(place);
  const [{ seen }] = (await list(place, place.ownerId)).body.rewards;
  const second = app().whop.world.addUser({ name: "Ada Admin" }).id;
  app().whop.world.setRole(place.companyId, second, "admin");
  const answers = await Promise.all([
    post(place, place.ownerId, { action: "cancel", rewardId, seen }),
    post(place, second, { action: "settle_sent", rewardId, seen }),
  ]);
  expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
  const told = answers.find(({ status }) => status === 409);
  expect(told?.body.error).toMatchObject({
    code: "conflict",
    message: expect.stringContaining("has changed since"),
    details: { reason: "changed" },
  });
});

test("a reward granted by hand arrives, and the member sees it with what the creator says", async () => {
  const place = await aPlace();
  const { status, body } = await post(place, place.ownerId, {
    ...GRANT,
    userId: place.memberId,
    note: "For your talk",
  });
  expect(status).toBe(200);
  await settled(body.rewardId, "delivered");
  const me = await app().call(`/api/me?experienceId=${place.experienceId}`, { as: place.memberId });
  expect((await me.json()).ladder.granted).toEqual([
    expect.objectContaining({ rewardId: body.rewardId, ...BADGE, state: "delivered", note: "For your talk" }),
  ]);
});

test("free days granted by hand are added to the membership once, whether or not a key is repeated", async () => {
  const place = await aPlace();
  const grant = { action: "grant", ...FREE_DAYS, userId: place.memberId };
  const answers = await Promise.all(
    Array.from({ length: 20 }, () => post(place, place.ownerId, grant, { "idempotency-key": "grant-1" })),
  );
  expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
  const rewardId = answers[0]?.body.rewardId;
  expect(new Set(answers.map(({ body }) => body.rewardId))).toEqual(new Set([rewardId]));
  await settled(rewardId, "delivered");
  const given = app()
    .whop.effects.all()
    .freeDays.map(({ data }) => data as { user_id: string });
  expect(given.filter(({ user_id }) => user_id === place.memberId)).toHaveLength(1);
});

test.each([
  ["no member", (place: CommunityInWhop) => ({ ...GRANT, userId: place.strangerId }), 404],
  ["no user", () => ({ ...GRANT, userId: "somebody" }), 400],
  ["0 days", (place: CommunityInWhop) => ({ ...GRANT, ...FREE_DAYS, value: { days: 0 }, userId: place.memberId }), 400],
  [
    "days without end",
    (place: CommunityInWhop) => ({ ...GRANT, ...FREE_DAYS, value: { days: 366 }, userId: place.memberId }),
    400,
  ],
  [
    "101 %",
    (place: CommunityInWhop) => ({ ...GRANT, ...PROMO_CODE, value: { percentOff: 101 }, userId: place.memberId }),
    400,
  ],
  [
    "a badge with days",
    (place: CommunityInWhop) => ({ ...GRANT, value: { name: "A", days: 3 }, userId: place.memberId }),
    400,
  ],
  [
    "a badge of nothing",
    (place: CommunityInWhop) => ({ ...GRANT, value: { name: "  " }, userId: place.memberId }),
    400,
  ],
  ["a note of lines", (place: CommunityInWhop) => ({ ...GRANT, note: "a\nb", userId: place.memberId }), 400],
  ["a long note", (place: CommunityInWhop) => ({ ...GRANT, note: "a".repeat(201), userId: place.memberId }), 400],
  ["another state", (place: CommunityInWhop) => ({ ...GRANT, state: "delivered", userId: place.memberId }), 400],
  ["a budget below nothing", () => ({ action: "budget", freeDaysPerMonth: -1 }), 400],
  ["half a day", () => ({ action: "budget", freeDaysPerMonth: 0.5 }), 400],
  ["no such action", () => ({ action: "deliver" }), 400],
  ["no reward", () => ({ action: "cancel", rewardId: "1", seen: "1" }), 400],
])("refuses %s, and nothing is changed", async (_name, json, status) => {
  const place = await aPlace();
  const before = await contentsOf(place);
  expect((await post(place, place.ownerId, json(place))).status).toBe(status);
  expect(await contentsOf(place)).toEqual(before);
});

test("a key of spaces is no key", async () => {
  const place = await aPlace();
  const grant = { ...GRANT, userId: place.memberId };
  expect((await post(place, place.ownerId, grant, { "idempotency-key": "a b" })).status).toBe(400);
});

test("one key for two rewards is refused", async () => {
  const place = await aPlace();
  const key = { "idempotency-key": "grant-2" };
  expect((await post(place, place.ownerId, { ...GRANT, userId: place.memberId }, key)).status).toBe(200);
  expect((await post(place, place.ownerId, { ...GRANT, userId: place.moderatorId }, key)).status).toBe(422);
});

test("before the rewards are confirmed nothing is granted, and the answer says what to do", async () => {
  const place = aCommunityIn(app().whop);
  const { status, body } = await post(place, place.ownerId, { ...GRANT, userId: place.memberId });
  expect([status, body.error.message]).toEqual([409, expect.stringContaining("Finish the setup")]);
});

test("the budget is set, shown, and taken away", async () => {
  const place = await aPlace();
  for (const freeDaysPerMonth of [12, null]) {
    expect(await post(place, place.ownerId, { action: "budget", freeDaysPerMonth })).toEqual({ status: 200, body: {} });
    expect((await list(place, place.ownerId)).body.budget).toMatchObject({ freeDaysPerMonth });
  }
});

test("more budget sends what was waiting for it", async () => {
  const place = await aPlace();
  await post(place, place.ownerId, { action: "budget", freeDaysPerMonth: 2 });
  const { body } = await post(place, place.ownerId, { action: "grant", ...FREE_DAYS, userId: place.memberId });
  for (let tries = 0; (await rewardRow(app().database, body.rewardId)).waits_for !== "budget"; tries += 1) {
    if (tries > 100) throw new Error("It does not wait for the budget.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  expect((await list(place, place.ownerId)).body.budget).toMatchObject({ usedThisMonth: 0, waiting: 1 });
  await post(place, place.ownerId, { action: "budget", freeDaysPerMonth: 3 });
  await settled(body.rewardId, "delivered");
  expect((await list(place, place.ownerId)).body.budget).toMatchObject({ usedThisMonth: 3, waiting: 0 });
});
