import { randomUUID } from "node:crypto";
import type { EffectKind } from "@/dev/whop/effects";
import { createWhopClient, type WhopClient, type Written } from "@/lib/whop/client";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
const warnings: unknown[] = [];
const log = { warn: (...words: unknown[]) => warnings.push(words) };
let client: WhopClient;
/** Waits no longer than a second. */
let hurried: WhopClient;
let place: CommunityInWhop;
let membershipId: string;

const aKey = () => randomUUID();

function aClient(changes: Partial<Parameters<typeof createWhopClient>[0]> = {}): WhopClient {
  const { apiKey, appId, baseUrl } = whop();
  return createWhopClient({ apiKey, appId, baseUrl, log, ...changes });
}

beforeAll(() => {
  client = aClient();
  hurried = aClient({ writeTimeoutMs: 1_000 });
  place = aCommunityIn(whop());
  membershipId = whop().world.membershipsOf(place.companyId)[0]?.id ?? "";
});
afterEach(() => warnings.splice(0));

type Write = (by: WhopClient, key: string) => Promise<Written<unknown>>;

/** The same call for the same key: a promo code of another name would be another request. */
const writes: [operation: string, effect: EffectKind, write: Write][] = [
  ["memberships.addFreeDays", "freeDays", (by, key) => by.addFreeDays({ membershipId, days: 3, key })],
  [
    "promoCodes.create",
    "promoCodes",
    (by, key) => by.createPromoCode({ companyId: place.companyId, code: `WEE5${key}`, percentOff: 50, months: 3, key }),
  ],
  [
    "notifications.create",
    "notifications",
    (by, key) => {
      const to = { experienceId: place.experienceId, userIds: [place.memberId] };
      return by.sendNotification({ ...to, title: "Level 5", content: "You did it.", key });
    },
  ],
  [
    "messages.create",
    "messages",
    (by, key) => by.createMessage({ channelId: place.chatExperienceId, content: "Mia is level 5", key }),
  ],
  [
    "dmChannels.create",
    "dmChannels",
    (by, key) => by.createDmChannel({ companyId: place.companyId, userIds: [place.memberId], key }),
  ],
];

/** The effects that a call under this key has had. */
const effectsOf = (kind: EffectKind, key: string) =>
  whop()
    .effects.all()
    [kind].filter(({ idempotencyKey }) => idempotencyKey === key);

const unknown = { kind: "unknown", reason: expect.stringMatching(/\S/) };

async function msOf<T>(work: Promise<T>): Promise<[T, number]> {
  const start = performance.now();
  return [await work, performance.now() - start];
}

describe.each(writes)("%s", (operation, effect, write) => {
  test("done under one key it is done once, however often it is asked for", async () => {
    const key = aKey();
    const first = await write(client, key);
    expect(first.kind).toBe("done");
    expect(await write(client, key)).toEqual(first);
    expect(effectsOf(effect, key)).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  test.each([
    ["drop_before", 0, "done", 1],
    ["drop_after", 1, "done", 1],
    ["garbage", 0, "done", 1],
    ["stall", 0, "done", 1],
    ["crash_before", 0, "in_progress", 0],
    ["crash_after", 1, "in_progress", 1],
  ] as const)("after %s nothing is claimed, and the same key makes it right", async (kind, hidden, then, after) => {
    const key = aKey();
    whop().faults.add({ kind, operation, times: 5 });
    const [written, ms] = await msOf(write(hurried, key));
    expect(written).toEqual(unknown);
    expect(ms).toBeLessThan(2_500);
    // One attempt: the other four are still to come.
    expect(whop().faults.planned()).toMatchObject([{ left: 4 }]);
    expect(effectsOf(effect, key)).toHaveLength(hidden);

    whop().faults.clear();
    expect((await write(client, key)).kind).toBe(then);
    expect(effectsOf(effect, key)).toHaveLength(after);
  });

  test("an answer that comes too late is unknown in time, and found under the same key", async () => {
    const key = aKey();
    whop().faults.add({ kind: "slow", delayMs: 3_000, operation });
    const [written, ms] = await msOf(write(hurried, key));
    expect(written).toEqual({ kind: "unknown", reason: "Whop did not answer in time." });
    expect(ms).toBeLessThan(2_500);
    expect(await write(client, key)).toEqual({ kind: "in_progress" });
    while ((await write(client, key)).kind === "in_progress") await new Promise((next) => setTimeout(next, 50));
    expect(effectsOf(effect, key)).toHaveLength(1);
  });

  test.each([500, 502, 503, 504, 599, 401, 408, 418, 423, 425, 499])("a %i is unknown", async (status) => {
    whop().faults.add({ kind: "status", status, operation, times: 5 });
    expect(await write(client, aKey())).toEqual(unknown);
    expect(whop().faults.planned()).toMatchObject([{ left: 4 }]);
  });

  test("a 500 after the effect is unknown", async () => {
    const key = aKey();
    whop().faults.add({ kind: "error_after", status: 500, operation });
    expect(await write(client, key)).toEqual(unknown);
    expect(effectsOf(effect, key)).toHaveLength(1);
  });

  test.each([400, 402, 403, 404, 405, 410, 413, 415, 422])("a %i of Whop's own is a refusal", async (status) => {
    const key = aKey();
    whop().faults.add({ kind: "status", status, operation, times: 5 });
    expect(await write(client, key)).toEqual({ kind: "refused", status, message: "Something went wrong." });
    expect(whop().faults.planned()).toMatchObject([{ left: 4 }]);
    expect(effectsOf(effect, key)).toHaveLength(0);
  });

  test("a 409 is in progress, whatever its words", async () => {
    whop().faults.add({ kind: "status", status: 409, operation, times: 5 });
    expect(await write(client, aKey())).toEqual({ kind: "in_progress" });
    expect(whop().faults.planned()).toMatchObject([{ left: 4 }]);
  });

  test("a busy Whop did nothing and says when to come back, in the header or in words", async () => {
    const key = aKey();
    whop().faults.add({ kind: "rate_limit", operation });
    whop().faults.add({ kind: "rate_limit", retryAfterSeconds: 7, operation });
    expect(await write(client, key)).toEqual({ kind: "busy", retryAfterSeconds: 12 });
    expect(await write(client, key)).toEqual({ kind: "busy", retryAfterSeconds: 7 });
    expect(effectsOf(effect, key)).toHaveLength(0);
    expect((await write(client, key)).kind).toBe("done");
    expect(effectsOf(effect, key)).toHaveLength(1);
  });

  test("a Whop that is not there is unknown", async () => {
    expect(await write(aClient({ baseUrl: "http://127.0.0.1:9/api/v1" }), aKey())).toEqual(unknown);
  });

  test("a key that Whop would not take is our mistake, and nothing is asked", async () => {
    for (const key of ["", " ", "a b", "ü", "a\nb", "x".repeat(256)]) {
      await expect(write(client, key)).rejects.toThrow(TypeError);
      expect(effectsOf(effect, key)).toHaveLength(0);
    }
  });
});

test("a wrong key of ours refuses no reward: it is unknown, and done once the key is right", async () => {
  const key = aKey();
  const [[, effect, write] = []] = writes;
  if (!effect || !write) throw new Error("There are writes.");
  expect(await write(aClient({ apiKey: "wrong-key" }), key)).toEqual(unknown);
  expect(effectsOf(effect, key)).toHaveLength(0);
  expect((await write(client, key)).kind).toBe("done");
});

test("free days move the end of the membership that is answered", async () => {
  const before = await client.retrieveMembership(membershipId);
  const written = await client.addFreeDays({ membershipId, days: 10, key: aKey() });
  const after = await client.retrieveMembership(membershipId);
  expect(written).toEqual({ kind: "done", value: after });
  expect(Number(after?.renewalPeriodEnd) - Number(before?.renewalPeriodEnd)).toBe(10 * 86_400_000);
});

test("what Whop refuses, it refuses again under the same key", async () => {
  const key = aKey();
  const tooMany = { membershipId, days: 1_096, key };
  const refusal = { kind: "refused", status: 400, message: expect.stringMatching(/1095/) };
  expect(await client.addFreeDays(tooMany)).toEqual(refusal);
  expect(await client.addFreeDays(tooMany)).toEqual(refusal);
  const nobodys = { membershipId: "mem_nobodys", days: 3, key: aKey() };
  expect(await client.addFreeDays(nobodys)).toMatchObject({ kind: "refused", status: 404 });
});

test("another request under a used key is refused, and the first one's effect stays one", async () => {
  const key = aKey();
  expect((await client.addFreeDays({ membershipId, days: 3, key })).kind).toBe("done");
  expect(await client.addFreeDays({ membershipId, days: 4, key })).toMatchObject({ kind: "refused", status: 400 });
  expect(effectsOf("freeDays", key)).toHaveLength(1);
});

test("what cannot be a membership never becomes part of a path", async () => {
  for (const id of ["", "mem_", "mem_../users", "mem_a/b", "mem_a?b", "user_a"]) {
    const refusal = { kind: "refused", status: 400 };
    expect(await client.addFreeDays({ membershipId: id, days: 3, key: aKey() })).toMatchObject(refusal);
  }
  expect(warnings).toEqual([]);
});

test("a promo code holds for one use by one customer, for the months and the product that were asked for", async () => {
  const key = aKey();
  const asked = { companyId: place.companyId, code: "WEE5ABCD", percentOff: 50, months: 3, productId: "prod_a", key };
  const written = await client.createPromoCode(asked);
  const made = whop()
    .world.promoCodesOf(place.companyId)
    .find(({ code }) => code === "WEE5ABCD");
  expect(written).toEqual({ kind: "done", value: { id: made?.id } });
  expect(made).toMatchObject({
    promoType: "percentage",
    amountOff: 50,
    currency: "usd",
    months: 3,
    productId: "prod_a",
    stock: 1,
    unlimitedStock: false,
    onePerCustomer: true,
    newUsersOnly: false,
    churnedUsersOnly: false,
    existingMembershipsOnly: false,
    expiresAt: null,
  });
});

test("a promo code that the company has already is refused under another key", async () => {
  const code = { companyId: place.companyId, code: "WEE5TWICE", percentOff: 50, months: 3 };
  expect((await client.createPromoCode({ ...code, key: aKey() })).kind).toBe("done");
  expect(await client.createPromoCode({ ...code, key: aKey() })).toMatchObject({ kind: "refused", status: 400 });
});

test("a notification names its place, its people and where it leads", async () => {
  const key = aKey();
  const text = { title: "Level 5", content: "You did it." };
  const to = { companyId: place.companyId, experienceId: place.experienceId, userIds: [place.memberId] };
  expect(await client.sendNotification({ ...to, ...text, restPath: "/rewards", key })).toEqual({
    kind: "done",
    value: null,
  });
  const [sent] = effectsOf("notifications", key);
  expect(sent?.data).toMatchObject({
    experience_id: place.experienceId,
    user_ids: [place.memberId],
    rest_path: "/rewards",
    ...text,
  });

  const team = aKey();
  const forTeam = { companyId: place.companyId, userIds: [place.ownerId], ...text, key: team };
  expect((await client.sendNotification(forTeam)).kind).toBe("done");
  expect(effectsOf("notifications", team)[0]?.data).toMatchObject({ company_id: place.companyId });
});

test("a notification to nobody would go to everybody, and one to nowhere nowhere: both are refused unasked", async () => {
  const text = { title: "Level 5", content: "You did it." };
  const nobody = { experienceId: place.experienceId, userIds: [], ...text, key: aKey() };
  const nowhere = { userIds: [place.memberId], ...text, key: aKey() };
  expect(await client.sendNotification(nobody)).toMatchObject({ kind: "refused", status: 400 });
  expect(await client.sendNotification(nowhere)).toMatchObject({ kind: "refused", status: 400 });
  expect(effectsOf("notifications", nobody.key)).toEqual([]);
});

test("a reply answers the message that it is a reply to", async () => {
  const { world } = whop();
  const [channel] = world.channelsOf(place.companyId);
  const asked = world.postMessage({ userId: place.memberId, channelId: channel?.id ?? "", content: "/mylevel" });
  const channelId = place.chatExperienceId;
  const written = await client.createMessage({ channelId, content: "Level 5", replyingToId: asked.id, key: aKey() });
  if (written.kind !== "done") throw new Error(`It is ${written.kind}.`);
  expect(world.message(written.value.id)).toMatchObject({ content: "Level 5", replyingToId: asked.id });
});

test("a direct message reaches the people that it was opened for", async () => {
  const { world } = whop();
  const channel = await client.createDmChannel({ companyId: place.companyId, userIds: [place.memberId], key: aKey() });
  if (channel.kind !== "done") throw new Error(`It is ${channel.kind}.`);
  expect((await client.createMessage({ channelId: channel.value.id, content: "Well done", key: aKey() })).kind).toBe(
    "done",
  );
  const found = world.directChannelsOf(place.companyId, place.memberId).find(({ id }) => id === channel.value.id);
  expect(found?.type).toBe("direct_message");
  expect(world.messagesIn(channel.value.id)).toHaveLength(1);
});
