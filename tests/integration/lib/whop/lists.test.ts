import { createWhopClient, type WhopClient } from "@/lib/whop/client";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let client: WhopClient;
let place: CommunityInWhop;

beforeAll(() => {
  const { apiKey, appId, baseUrl } = whop();
  client = createWhopClient({ apiKey, appId, baseUrl, log: { warn: () => undefined }, timeoutMs: 5_000 });
});
beforeEach(() => {
  place = aCommunityIn(whop());
});

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));

test("a member's memberships come whole, ended ones and those without an end too, and nobody else's", async () => {
  const { world } = whop();
  const member = world.addUser();
  const other = aCommunityIn(whop());
  const own = { companyId: place.companyId, userId: member.id };
  const forLife = world.addMembership({
    ...own,
    renewalPeriodStart: null,
    renewalPeriodEnd: null,
    status: "completed",
  });
  const ended = world.addMembership({ ...own, status: "expired", renewalPeriodEnd: "2026-01-02T03:04:05.000Z" });
  times(240, () => world.addMembership(own));
  world.addMembership({ companyId: other.companyId, userId: member.id });
  world.addMembership({ companyId: place.companyId, userId: place.strangerId });

  const memberships = await client.listMemberships(own);
  expect(memberships).toHaveLength(242);
  expect(new Set(memberships.map(({ id }) => id)).size).toBe(242);
  expect(memberships.every(({ userId, companyId }) => userId === member.id && companyId === place.companyId)).toBe(
    true,
  );
  expect(memberships.find(({ id }) => id === forLife.id)).toMatchObject({
    status: "completed",
    renewalPeriodEnd: null,
  });
  expect(memberships.find(({ id }) => id === ended.id)).toEqual({
    id: ended.id,
    status: "expired",
    userId: member.id,
    companyId: place.companyId,
    productId: ended.productId,
    renewalPeriodEnd: new Date("2026-01-02T03:04:05Z"),
    createdAt: new Date(ended.joinedAt),
  });
  expect(await client.retrieveMembership(ended.id)).toEqual(memberships.find(({ id }) => id === ended.id));
});

test("who has no membership has an empty list, and no membership is null", async () => {
  expect(await client.listMemberships({ companyId: place.companyId, userId: place.strangerId })).toEqual([]);
  expect(await client.retrieveMembership("mem_nobodys")).toBeNull();
  expect(await client.retrieveMembership("../users")).toBeNull();
});

test("a company's promo codes come whole, or from a moment on", async () => {
  const { world } = whop();
  const { companyId } = place;
  const code = {
    companyId,
    promoType: "percentage",
    amountOff: 50,
    currency: "usd",
    months: 3,
    productId: null,
  } as const;
  const rest = { planIds: [], unlimitedStock: false, onePerCustomer: true, newUsersOnly: false, expiresAt: null };
  const none = { churnedUsersOnly: false, existingMembershipsOnly: false };
  const made = times(230, (index) => world.createPromoCode({ ...code, ...rest, ...none, stock: 1, code: `C${index}` }));
  world.usePromoCode(made[0]?.id ?? "");

  const codes = await client.listPromoCodes({ companyId });
  expect(new Set(codes.map((one) => one.code))).toEqual(new Set(times(230, (index) => `C${index}`)));
  expect(codes.find((one) => one.code === "C0")).toMatchObject({ id: made[0]?.id, uses: 1, status: "inactive" });
  expect(codes[0]?.createdAt).toBeInstanceOf(Date);

  const future = new Date(Date.now() + 60_000);
  expect(await client.listPromoCodes({ companyId, createdAfter: future })).toEqual([]);
  expect(await client.listPromoCodes({ companyId, createdAfter: new Date(Date.now() - 3_600_000) })).toHaveLength(230);
});

test("a chat's newest messages come first, as many as are wanted", async () => {
  const { world } = whop();
  const [channel] = world.channelsOf(place.companyId);
  const channelId = channel?.id ?? "";
  const start = Date.parse("2026-11-20T12:00:00Z");
  times(150, (index) =>
    world.postMessage({
      userId: place.memberId,
      channelId,
      content: `m${index}`,
      createdAt: new Date(start + index * 1_000),
    }),
  );
  const three = await client.listMessages({ channelId, limit: 3 });
  expect(three.map(({ content }) => content)).toEqual(["m149", "m148", "m147"]);
  expect(three[0]).toMatchObject({ userId: place.memberId, createdAt: new Date(start + 149_000) });
  const many = await client.listMessages({ channelId: place.chatExperienceId, limit: 120 });
  expect(many.map(({ content }) => content)).toEqual(times(120, (index) => `m${149 - index}`));
  expect(await client.listMessages({ channelId, limit: 1_000 })).toHaveLength(150);
});

test("our own places in a company are listed, however many, and nobody else's", async () => {
  const { world } = whop();
  const { companyId, experienceId } = aCommunityIn(whop());
  const more = times(120, () => world.addExperience({ companyId, name: "Levels", kind: "app" }).id);
  world.addExperience({ companyId, name: "Wins", kind: "forum" });
  const own = await client.listOwnExperiences(companyId);
  expect(own.map(({ id }) => id).toSorted()).toEqual([experienceId, ...more].toSorted());
});

test("a company's chats come with the experiences that they are", async () => {
  const { world } = whop();
  const second = world.addExperience({ companyId: place.companyId, name: "Wins", kind: "chat" });
  const channels = await client.listChatChannels(place.companyId);
  expect(
    channels
      .map(({ experienceId, name }) => ({ experienceId, name }))
      .toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  ).toEqual([
    { experienceId: place.chatExperienceId, name: "General" },
    { experienceId: second.id, name: "Wins" },
  ]);
  expect(channels.map(({ id }) => id).toSorted()).toEqual(
    world
      .channelsOf(place.companyId)
      .map(({ id }) => id)
      .toSorted(),
  );
});

test.each(["drop_before", "status"] as const)(
  "a page that fails (%s) is asked for again, and nothing is missing",
  async (kind) => {
    const { world, faults } = whop();
    const own = { companyId: place.companyId, userId: world.addUser().id };
    times(120, () => world.addMembership(own));
    faults.add({ kind, operation: "memberships.list", times: 2 });
    expect(await client.listMemberships(own)).toHaveLength(120);
  },
);
