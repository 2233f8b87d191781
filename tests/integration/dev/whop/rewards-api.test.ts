import Whop from "@whop/sdk";
import type { Effect } from "@/dev/whop/effects";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { createWorld } from "@/dev/whop/world";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const DAY_MS = 86_400_000;
let time = Date.UTC(2026, 5, 1);
const whop = aWhop({ rateLimitPerMinute: 0, now: () => new Date(time) });
let place: CommunityInWhop;
let client: Whop;

beforeEach(() => {
  place = aCommunityIn(whop(), "Northlight");
  client = sdk(whop());
});

function sdk({ apiKey, baseUrl, appId }: WhopSimulator): Whop {
  return new Whop({ apiKey, appID: appId, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });
}

const keyed = (key: string) => ({ headers: { "Idempotency-Key": key } });

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

function membershipOf(userId = place.memberId) {
  const [membership] = whop()
    .world.membershipsOf(place.companyId)
    .filter((one) => one.userId === userId);
  if (!membership) throw new Error("There is no membership.");
  return membership;
}

const endOf = (id: string) => Date.parse(whop().world.membership(id)?.renewalPeriodEnd ?? "");

/** What was done with a key, or without one, to this test's community. */
const effectsOf = (kind: "freeDays" | "promoCodes" | "notifications" | "dmChannels") =>
  whop()
    .effects.all()
    [kind].filter(({ data }) => JSON.stringify(data).includes(place.companyId)) as (Effect & {
    data: Record<string, unknown>; // as the resources write them
  })[];

describe("memberships", () => {
  test("a company's are listed by user and by status, with those that ended", async () => {
    const { world } = whop();
    const { companyId, memberId } = place;
    world.leave(companyId, memberId);
    const trial = world.addMembership({ companyId, userId: memberId, status: "trialing" });
    const other = world.addMembership({ companyId, userId: place.strangerId });
    const list = (query: object) => all(client.memberships.list({ company_id: companyId, ...query }));
    expect(await list({})).toHaveLength(3);
    expect((await list({ user_ids: [memberId], statuses: ["trialing", "active"] })).map(({ id }) => id)).toEqual([
      trial.id,
    ]);
    expect((await list({ user_ids: [memberId, place.strangerId], first: 1 })).map(({ id }) => id).sort()).toEqual(
      [membershipOf().id, trial.id, other.id].sort(),
    );
    expect(await list({ user_ids: ["user_nobody"] })).toEqual([]);
    await expect(client.memberships.list({})).rejects.toMatchObject({ status: 400 });
  });

  test("one looks as Whop's does", async () => {
    const { id } = membershipOf();
    expect(id).toMatch(/^mem_/);
    expect(await client.memberships.retrieve(id)).toMatchObject({
      id,
      status: "active",
      user: { id: place.memberId, name: "Mia Member" },
      company: { id: place.companyId, title: "Northlight" },
      product: { id: expect.stringMatching(/^prod_/) },
      plan: { id: expect.stringMatching(/^plan_/) },
      renewal_period_start: new Date(time).toISOString(),
      renewal_period_end: new Date(time + 30 * DAY_MS).toISOString(),
    });
    await expect(client.memberships.retrieve("mem_nobody")).rejects.toMatchObject({ status: 404 });
  });

  test("who has left has no access, and who comes back has another membership", () => {
    const { world } = whop();
    const before = membershipOf();
    expect(world.join(place.companyId, place.memberId).id).toBe(before.id);
    world.leave(place.companyId, place.memberId);
    expect(world.accessLevel(place.memberId, place.companyId)).toBe("no_access");
    expect(world.membersOf(place.companyId)).toEqual([]);
    expect(world.join(place.companyId, place.memberId).id).not.toBe(before.id);
    expect(world.accessLevel(place.memberId, place.companyId)).toBe("customer");
  });

  test("a membership by the month is renewed when its time comes, one for life never, a cancelled one neither", () => {
    const { world } = whop();
    const { companyId, strangerId, memberId } = place;
    const monthly = membershipOf(memberId);
    const end = endOf(monthly.id);
    const life = world.addMembership({ companyId, userId: strangerId, renewalPeriodEnd: null });
    const ending = world.addMembership({ companyId, userId: strangerId, status: "canceling" });
    time += 65 * DAY_MS;
    expect(endOf(monthly.id)).toBe(end + 60 * DAY_MS);
    expect(world.membership(life.id)).toMatchObject({ renewalPeriodStart: null, renewalPeriodEnd: null });
    expect(endOf(ending.id)).toBe(end);
  });

  test("a world of before memberships were more than a presence is loaded, and what is missing filled in", () => {
    const { world } = whop();
    const { companyId, memberId } = place;
    const joinedAt = new Date(time - 100 * DAY_MS).toISOString();
    const leftAt = new Date(time - 50 * DAY_MS).toISOString();
    const { promoCodes: _codes, notifications: _told, ...old } = world.data();
    const memberships = [
      { companyId, userId: memberId, joinedAt, leftAt: null },
      { companyId, userId: place.strangerId, joinedAt, leftAt },
    ];
    const loaded = createWorld({ data: { ...old, memberships }, now: () => new Date(time) });
    const [present, former] = loaded.membershipsOf(companyId);
    expect(present).toMatchObject({ id: expect.stringMatching(/^mem_/), status: "active" });
    expect(Date.parse(present?.renewalPeriodEnd ?? "")).toBe(time + 20 * DAY_MS);
    expect(former).toMatchObject({ status: "canceled" });
    expect(Date.parse(former?.renewalPeriodEnd ?? "")).toBeLessThan(time);
    expect(loaded.accessLevel(memberId, companyId)).toBe("customer");
    expect(loaded.accessLevel(place.strangerId, companyId)).toBe("no_access");
    expect(loaded.promoCodesOf(companyId)).toEqual([]);
  });
});

describe("free days", () => {
  test("they move the end, as often as asked for without a key and once with one", async () => {
    const { id } = membershipOf();
    const end = endOf(id);
    const add = (options?: object) => client.memberships.addFreeDays(id, { free_days: 3 }, options);
    await add();
    const twice = await add();
    expect(Date.parse(twice.renewal_period_end ?? "")).toBe(end + 6 * DAY_MS);
    await add(keyed("days"));
    await add(keyed("days"));
    expect(endOf(id)).toBe(end + 9 * DAY_MS);
    const data = { membership_id: id, user_id: place.memberId, company_id: place.companyId, free_days: 3 };
    expect(effectsOf("freeDays")).toEqual(
      [null, null, "days"].map((idempotencyKey) =>
        expect.objectContaining({ by: "app", idempotencyKey, data: expect.objectContaining(data) }),
      ),
    );
  });

  test("no more than 1095, no less than one, and none for life or after the end", async () => {
    const { world } = whop();
    const { companyId, strangerId } = place;
    const { id } = membershipOf();
    const refused = { status: 400 };
    await expect(client.memberships.addFreeDays(id, { free_days: 1096 })).rejects.toMatchObject(refused);
    await expect(client.memberships.addFreeDays(id, { free_days: 0 })).rejects.toMatchObject(refused);
    const life = world.addMembership({ companyId, userId: strangerId, renewalPeriodEnd: null });
    await expect(client.memberships.addFreeDays(life.id, { free_days: 3 })).rejects.toMatchObject(refused);
    world.leave(companyId, place.memberId);
    await expect(client.memberships.addFreeDays(id, { free_days: 3 })).rejects.toMatchObject(refused);
    await expect(client.memberships.addFreeDays("mem_x", { free_days: 3 })).rejects.toMatchObject({ status: 404 });
    expect(effectsOf("freeDays")).toEqual([]);
  });
});

describe("promo codes", () => {
  const aCode = (code: string) => ({
    company_id: place.companyId,
    code,
    promo_type: "percentage" as const,
    amount_off: 50,
    base_currency: "usd" as const,
    new_users_only: false,
    promo_duration_months: 12,
    stock: 1,
    one_per_customer: true,
  });

  test("one is made, found in the company's list and by its id, and archived", async () => {
    const made = await client.promoCodes.create(aCode("WEE5ABC"), keyed("code"));
    expect(made).toMatchObject({ code: "WEE5ABC", status: "active", stock: 1, uses: 0, promo_duration_months: 12 });
    const list = (query = {}) => all(client.promoCodes.list({ company_id: place.companyId, ...query }));
    expect((await list()).map(({ id, code }) => [id, code])).toEqual([[made.id, "WEE5ABC"]]);
    expect(await list({ created_after: new Date(time + 1).toISOString() })).toEqual([]);
    expect(await client.promoCodes.retrieve(made.id)).toEqual(made);
    await client.promoCodes.delete(made.id);
    expect((await client.promoCodes.retrieve(made.id)).status).toBe("archived");
    expect(await list({ status: "active" })).toEqual([]);
    expect(effectsOf("promoCodes")).toMatchObject([{ idempotencyKey: "code", data: { id: made.id, code: "WEE5ABC" } }]);
  });

  test("a code that the company has is refused, in capitals or not; another company may have it", async () => {
    await client.promoCodes.create(aCode("WEE5ABC"));
    const error = { error: { param: "code", message: expect.stringContaining("taken") } };
    await expect(client.promoCodes.create(aCode("wee5abc"))).rejects.toMatchObject({ status: 400, error });
    const other = aCommunityIn(whop());
    await client.promoCodes.create({ ...aCode("WEE5ABC"), company_id: other.companyId });
    expect(effectsOf("promoCodes")).toHaveLength(1);
  });

  test("one for a single use is at its end when used", async () => {
    const { id } = await client.promoCodes.create(aCode("WEE5ONCE"));
    whop().world.usePromoCode(id);
    expect(await client.promoCodes.retrieve(id)).toMatchObject({ uses: 1, status: "inactive" });
  });
});

describe("notifications and direct messages", () => {
  test("a push reaches those of its people who have access, and each accepted one is an effect", async () => {
    const { world } = whop();
    const { companyId, experienceId, memberId, strangerId } = place;
    const push = { experience_id: experienceId, title: "Level 5!", content: "Well done", rest_path: "/#rewards" };
    const send = (options?: object) =>
      client.notifications.create({ ...push, user_ids: [memberId, strangerId] }, options);
    expect(await send(keyed("push"))).toEqual({ success: true });
    await send(keyed("push"));
    expect(world.notificationsTo(companyId, memberId)).toMatchObject([{ title: "Level 5!", content: "Well done" }]);
    expect(world.notificationsTo(companyId, strangerId)).toEqual([]);
    await send();
    expect(effectsOf("notifications")).toMatchObject([
      { idempotencyKey: "push", data: { ...push, company_id: companyId, user_ids: [memberId, strangerId] } },
      { idempotencyKey: null },
    ]);
    const nowhere = { title: "x", content: "y", company_id: companyId, experience_id: experienceId };
    await expect(client.notifications.create(nowhere)).rejects.toMatchObject({ status: 400 });
  });

  test("the same people get another channel each time, the same one with a key; what is written there is read there", async () => {
    const { companyId, memberId } = place;
    const open = (options?: object) =>
      client.dmChannels.create({ company_id: companyId, with_user_ids: [memberId] }, options);
    const first = await open(keyed("dm"));
    expect((await open(keyed("dm"))).id).toBe(first.id);
    expect((await open()).id).not.toBe(first.id);
    expect(effectsOf("dmChannels")).toMatchObject([
      { idempotencyKey: "dm", data: { id: first.id, user_ids: [memberId] } },
      { idempotencyKey: null },
    ]);
    const { id } = await client.messages.create({ channel_id: first.id, content: "Level 5!" });
    expect((await client.messages.list({ channel_id: first.id })).data.map((message) => message.id)).toEqual([id]);
    expect(whop().world.channelsOf(companyId)).toHaveLength(1);
  });
});

describe("with an Idempotency-Key", () => {
  const add = (key: string, days = 3) =>
    client.memberships.addFreeDays(membershipOf().id, { free_days: days }, keyed(key)).withResponse();
  const added = (from: number) => (endOf(membershipOf().id) - from) / DAY_MS;

  test.each([
    ["crash_before", 0],
    ["crash_after", 3],
  ] as const)("a server that dies (%s) leaves 409 for a day, then the key is as new", async (kind, done) => {
    const end = endOf(membershipOf().id);
    whop().faults.add({ kind, operation: "memberships.addFreeDays" });
    await expect(add(kind)).rejects.toThrow();
    time += DAY_MS - 1;
    await expect(add(kind)).rejects.toMatchObject({ status: 409 });
    expect(added(end)).toBe(done);
    time += 1;
    await add(kind);
    expect(added(end)).toBe(done + 3);
  });

  test("a refusal is repeated for a day, also when it would go well by now", async () => {
    const { world } = whop();
    const { id } = membershipOf();
    world.changeMembership(id, { renewalPeriodStart: null, renewalPeriodEnd: null });
    await expect(add("refused")).rejects.toMatchObject({ status: 400 });
    world.changeMembership(id, { renewalPeriodEnd: new Date(time + 60 * DAY_MS).toISOString() });
    const again = await add("refused").catch((error: unknown) => error);
    expect(again).toMatchObject({ status: 400 });
    expect((again as { headers: Headers }).headers.get("idempotent-replayed")).toBe("true"); // of the SDK's errors
    time += DAY_MS;
    expect((await add("refused")).data.id).toBe(id);
  });

  test.each([
    ["error_before", 0],
    ["error_after", 3],
  ] as const)("a failure that is kept (%s) is repeated under the key, and another key goes on", async (kind, done) => {
    const end = endOf(membershipOf().id);
    whop().faults.add({ kind, operation: "memberships.addFreeDays", status: 503 });
    await expect(add(kind)).rejects.toMatchObject({ status: 503 });
    await expect(add(kind)).rejects.toMatchObject({ status: 503 });
    expect(added(end)).toBe(done);
    await add(`${kind} anew`);
    expect(added(end)).toBe(done + 3);
  });

  test.each([
    ["garbage", 0],
    ["garbage_after", 3],
  ] as const)("of a 200 that says nothing (%s) the key tells what was done", async (kind, done) => {
    const end = endOf(membershipOf().id);
    whop().faults.add({ kind, operation: "memberships.addFreeDays" });
    expect((await add(kind)).data).toEqual({ nothing: "of the kind" });
    expect(added(end)).toBe(done);
    expect((await add(kind)).response.headers.get("idempotent-replayed")).toBe(done > 0 ? "true" : null);
    expect(added(end)).toBe(3);
  });

  test("while the first is slow a second is in progress, and then repeats its answer", async () => {
    const end = endOf(membershipOf().id);
    whop().faults.add({ kind: "slow", operation: "memberships.addFreeDays", delayMs: 300 });
    const both = await Promise.allSettled([add("slow"), add("slow")]);
    const reasons = both.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
    expect(reasons).toEqual([expect.objectContaining({ status: 409 })]);
    expect((await add("slow")).response.headers.get("idempotent-replayed")).toBe("true");
    expect(added(end)).toBe(3);
  });

  test("other days under the key are refused, and nothing is done", async () => {
    const end = endOf(membershipOf().id);
    await add("other");
    await expect(add("other", 7)).rejects.toMatchObject({
      status: 400,
      error: { error: { type: "idempotency_key_mismatch" } },
    });
    expect(added(end)).toBe(3);
  });
});
