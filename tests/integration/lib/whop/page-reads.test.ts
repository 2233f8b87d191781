import { createWhopClient, type WhopClient, type WhopPage } from "@/lib/whop/client";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let client: WhopClient;
let place: CommunityInWhop;
let forumId: string;

beforeAll(() => {
  const { apiKey, appId, baseUrl } = whop();
  client = createWhopClient({ apiKey, appId, baseUrl, log: { warn: () => undefined }, timeoutMs: 5_000 });
});
beforeEach(() => {
  place = aCommunityIn(whop());
  forumId = whop().world.addExperience({ companyId: place.companyId, name: "Forum", kind: "forum" }).id;
});

const times = <T>(count: number, make: (index: number) => T) =>
  Array.from({ length: count }, (_, index) => make(index));
const START = Date.parse("2026-11-20T12:00:00Z");

/** To the end, as a caller would. */
async function all<T>(read: (after?: string) => Promise<WhopPage<T>>): Promise<T[]> {
  const items: T[] = [];
  let after: string | undefined;
  do {
    const page = await read(after);
    items.push(...page.items);
    after = page.nextCursor ?? undefined;
  } while (after !== undefined);
  return items;
}

const say = (index: number) =>
  whop().world.postMessage({
    userId: place.memberId,
    channelId: place.chatExperienceId,
    content: `m${index}`,
    createdAt: new Date(START + index * 1_000),
  });
const post = (index: number, more: object = {}) =>
  whop().world.addPost({
    userId: place.memberId,
    experienceId: forumId,
    content: `p${index}`,
    createdAt: new Date(START + index * 1_000),
    ...more,
  });

test.each(["asc", "desc"] as const)("a chat is read page by page, %s, and each message once", async (direction) => {
  const said = times(23, say).map(({ id }) => id);
  const read = (after?: string) =>
    client.readMessages({ channelId: place.chatExperienceId, direction, after, first: 10 });
  expect((await all(read)).map(({ id }) => id)).toEqual(direction === "asc" ? said : said.toReversed());
  expect(await read()).toMatchObject({ items: { length: 10 }, nextCursor: expect.any(String) });
});

test("a message comes with what the rules ask of it", async () => {
  const { world } = whop();
  const { id } = say(1);
  world.react({ userId: place.ownerId, messageId: id, emoji: ":fire:" });
  world.react({ userId: place.ownerId, messageId: id });
  world.react({ userId: place.moderatorId, messageId: id });
  world.pinMessage(id);
  world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content: "joined", type: "system" });
  const expected = {
    id,
    content: "m1",
    userId: place.memberId,
    createdAt: new Date(START + 1_000),
    type: "regular",
    isPinned: true,
    reactionCount: 3,
  };
  const { items } = await client.readMessages({ channelId: place.chatExperienceId, direction: "asc" });
  expect(items[0]).toEqual(expected);
  expect(items[1]).toMatchObject({ type: "system", isPinned: false, reactionCount: 0 });
  expect(await client.retrieveMessage(id)).toEqual(expected);
});

test("reactions to a message and likes of a post come whole, the newest first", async () => {
  const { world } = whop();
  const message = say(1);
  const liked = post(1);
  const users = times(25, () => world.addUser().id);
  users.forEach((userId, index) => {
    const createdAt = new Date(START + index * 1_000);
    world.react({ userId, messageId: message.id, emoji: ":fire:", createdAt });
    world.like({ userId, postId: liked.id, createdAt });
  });
  const read = (resourceId: string) =>
    all((after) => client.readReactions({ resourceId, after, first: 10 }).then((page) => page));
  const reactions = await read(message.id);
  expect(reactions.map(({ userId }) => userId)).toEqual(users.toReversed());
  expect(reactions[0]).toEqual({
    id: expect.stringMatching(/^reac_/),
    resourceId: message.id,
    userId: users.at(-1),
    emoji: ":fire:",
  });
  const likes = await read(liked.id);
  expect(likes.map(({ userId }) => userId)).toEqual(users.toReversed());
  expect(likes[0]).toMatchObject({ resourceId: liked.id, emoji: null });
});

test("a forum is read page by page, and comments only under their post", async () => {
  const { world } = whop();
  const posts = times(23, (index) => post(index, { isPinned: index < 2 }));
  const [parent] = posts;
  const parentId = parent?.id ?? "";
  const comments = times(12, (index) => post(100 + index, { parentId }));
  world.like({ userId: place.ownerId, postId: parentId });
  const ids = (records: { id: string }[]) => records.map(({ id }) => id).toSorted();
  const read = (of: { parentId?: string; pinned?: true }) =>
    all((after) => client.readForumPosts({ experienceId: forumId, ...of, after, first: 10 }));

  const seen = await read({});
  expect(ids(seen)).toEqual(ids(posts));
  expect(seen.slice(0, 2).every(({ isPinned }) => isPinned)).toBe(true);
  expect(ids(await read({ parentId }))).toEqual(ids(comments));
  expect(ids(await read({ pinned: true }))).toEqual(ids(posts.slice(0, 2)));
  const expected = {
    id: parentId,
    parentId: null,
    title: null,
    content: "p0",
    userId: place.memberId,
    createdAt: new Date(START),
    isPinned: true,
    commentCount: 12,
    likeCount: 1,
  };
  expect(seen.find(({ id }) => id === parentId)).toEqual(expected);
  expect(await client.retrieveForumPost(parentId)).toEqual(expected);
  expect(await client.retrieveForumPost(comments[0]?.id ?? "")).toMatchObject({ parentId, content: "p100" });
  const paywalled = post(200, { isPaywalled: true, title: "For few" });
  expect(await client.retrieveForumPost(paywalled.id)).toMatchObject({ content: null, title: "For few" });
});

test("what has been deleted is null, and so is what never was", async () => {
  const { world } = whop();
  const message = say(1);
  const one = post(1);
  world.deleteMessage(message.id);
  world.deletePost(one.id);
  expect(await client.retrieveMessage(message.id)).toBeNull();
  expect(await client.retrieveForumPost(one.id)).toBeNull();
  expect(await client.retrieveMessage("post_never")).toBeNull();
});

test("members come in the order of joining, with who has left and who is banned", async () => {
  const { world } = whop();
  const { companyId } = place;
  const joined = times(23, (index) => {
    const { id } = world.addUser();
    world.join(companyId, id, new Date(START + index * 1_000));
    return id;
  });
  world.leave(companyId, joined[3] ?? "");
  world.ban(companyId, joined[4] ?? "");
  const members = await all((after) => client.readMembers({ companyId, after, first: 10 }));
  expect(members.map(({ userId }) => userId).filter((id) => joined.includes(id ?? ""))).toEqual(joined);
  expect(new Set(members.map(({ userId }) => userId)).size).toBe(26);
  const of = (userId: string | undefined) => members.find((one) => one.userId === userId);
  expect(of(joined[2])).toEqual({
    userId: joined[2],
    accessLevel: "customer",
    status: "joined",
    joinedAt: new Date(START + 2_000),
  });
  expect(of(joined[3])).toMatchObject({ accessLevel: "no_access", status: "left" });
  expect(of(joined[4])).toMatchObject({ accessLevel: "no_access", status: "joined" });
  expect(of(place.ownerId)).toMatchObject({ accessLevel: "admin", status: "joined" });
});

test("a community's forums and its whole team are listed", async () => {
  const { world } = whop();
  const { companyId } = place;
  const other = aCommunityIn(whop());
  const second = world.addExperience({ companyId, name: "Wins", kind: "forum" }).id;
  const managers = times(105, () => world.addUser().id);
  for (const id of managers) world.setRole(companyId, id, "manager");
  expect(new Map((await client.listForums(companyId)).map((one) => [one.experienceId, one.name]))).toEqual(
    new Map([
      [forumId, "Forum"],
      [second, "Wins"],
    ]),
  );
  expect(await client.listForums(other.companyId)).toEqual([]);
  const team = await client.listTeam(companyId);
  expect(new Map(team.map(({ userId, role }) => [userId, role]))).toEqual(
    new Map([
      [place.ownerId, "owner"],
      [place.moderatorId, "moderator"],
      ...managers.map((id): [string, string] => [id, "manager"]),
    ]),
  );
});

test("a cursor that Whop does not take says so, and is not Whop's being away", async () => {
  times(3, say);
  const read = (after?: string) =>
    client.readMessages({ channelId: place.chatExperienceId, direction: "asc", after, first: 2 });
  await expect(read("of-yesterday")).rejects.toMatchObject({ code: "bad_request" });
  whop().faults.add({ kind: "status", status: 400, operation: "messages.list" });
  await expect(read()).rejects.toMatchObject({ code: "unavailable" });
});

test("a stuck cursor is shown as it is, for whoever follows it to see", async () => {
  times(5, say);
  const read = (after?: string) =>
    client.readMessages({ channelId: place.chatExperienceId, direction: "asc", after, first: 2 });
  const { nextCursor } = await read();
  whop().faults.add({ kind: "stuck_cursor", operation: "messages.list" });
  expect((await read(nextCursor ?? "")).nextCursor).toBe(nextCursor);
});

test.each([
  ["permission", "forbidden", 403],
  ["company", "not_found", 404],
] as const)("a page of what the app has no %s for is %s, never an empty one", async (_, code, status) => {
  const message = say(1);
  const one = post(1);
  whop().permissions.uninstall(place.companyId, status);
  const { companyId, chatExperienceId: channelId } = place;
  for (const read of [
    client.readMessages({ channelId, direction: "desc" }),
    client.readReactions({ resourceId: message.id }),
    client.readForumPosts({ experienceId: forumId }),
    client.readForumPosts({ experienceId: forumId, parentId: one.id }),
    client.readMembers({ companyId }),
    client.listForums(companyId),
    client.listTeam(companyId),
    client.listChatChannels(companyId),
  ]) {
    await expect(read).rejects.toMatchObject({ code });
  }
  if (status === 404) return;
  await expect(client.retrieveMessage(message.id)).rejects.toMatchObject({ code });
  await expect(client.retrieveForumPost(one.id)).rejects.toMatchObject({ code });
});

test("a busy Whop says how long to leave it alone, and no other trouble does", async () => {
  const { faults } = whop();
  const read = () => client.readMessages({ channelId: place.chatExperienceId, direction: "asc" });
  faults.add({ kind: "rate_limit", operation: "messages.list", retryAfterSeconds: 7 });
  await expect(read()).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: 7 });
  faults.add({ kind: "status", status: 500, operation: "messages.list", times: 3 });
  await expect(read()).rejects.toMatchObject({ code: "unavailable", retryAfterSeconds: undefined });
});

test("what cannot be asked about is asked of nobody", async () => {
  await expect(client.readForumPosts({ experienceId: "feed_a" })).rejects.toMatchObject({ code: "not_found" });
  await expect(client.readMembers({ companyId: "../users" })).rejects.toMatchObject({ code: "not_found" });
  await expect(client.listForums("exp_a")).rejects.toMatchObject({ code: "not_found" });
  await expect(client.listTeam("")).rejects.toMatchObject({ code: "not_found" });
});
