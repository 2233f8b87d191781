import Whop from "@whop/sdk";
import { createWorld } from "@/dev/whop/world";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let place: CommunityInWhop;
let forumId: string;
let client: Whop;

beforeEach(() => {
  place = aCommunityIn(whop());
  forumId = whop().world.addExperience({ companyId: place.companyId, name: "Forum", kind: "forum" }).id;
  client = sdk();
});

function sdk(apiKey = whop().apiKey): Whop {
  const { baseUrl, appId } = whop();
  return new Whop({ apiKey, appID: appId, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

const write = (index: number, more: object = {}) =>
  whop().world.addPost({
    userId: place.memberId,
    experienceId: forumId,
    content: `Post ${index}`,
    createdAt: new Date(Date.UTC(2026, 0, 1, 0, index)),
    ...more,
  });
const postsOf = (query: object = {}) => all(client.forumPosts.list({ experience_id: forumId, first: 7, ...query }));

test("a forum is listed with its experience", async () => {
  whop().world.addExperience({ companyId: place.companyId, name: "Course", kind: "course" });
  expect(await all(client.forums.list({ company_id: place.companyId }))).toMatchObject([
    { experience: { id: forumId, name: "Forum" } },
  ]);
});

test("every post comes once, in an order that tells nothing of time and stays while it is paged", async () => {
  const written = Array.from({ length: 40 }, (_, index) => write(index).id);
  const seen = (await postsOf()).map(({ id }) => id);
  expect(seen.toSorted()).toEqual(written.toSorted());
  expect(seen).not.toEqual(written);
  expect(seen).not.toEqual(written.toReversed());
  const first = await client.forumPosts.list({ experience_id: forumId, first: 7 });
  write(99);
  const rest = await all(
    client.forumPosts.list({ experience_id: forumId, first: 7, after: first.page_info.end_cursor ?? "" }),
  );
  expect(rest.map(({ id }) => id).filter((id) => written.includes(id))).toEqual(seen.slice(7));
});

test("pinned posts come first, and alone where they are asked for", async () => {
  const posts = Array.from({ length: 12 }, (_, index) => write(index, { isPinned: index % 5 === 0 }));
  const pinned = posts.filter(({ isPinned }) => isPinned).map(({ id }) => id);
  const seen = await postsOf();
  expect(
    seen
      .slice(0, 3)
      .map(({ id }) => id)
      .toSorted(),
  ).toEqual(pinned.toSorted());
  expect(seen.slice(0, 3).every(({ is_pinned }) => is_pinned)).toBe(true);
  expect(new Set((await postsOf({ pinned: true })).map(({ id }) => id))).toEqual(new Set(pinned));
});

test("comments are seen under their post alone, and counted there", async () => {
  const { id } = write(1);
  const comment = write(2, { parentId: id });
  const reply = write(3, { parentId: comment.id });
  expect((await postsOf()).map((post) => [post.id, post.comment_count])).toEqual([[id, 1]]);
  expect(await postsOf({ parent_id: id })).toMatchObject([{ id: comment.id, parent_id: id, comment_count: 1 }]);
  expect(await postsOf({ parent_id: comment.id })).toMatchObject([{ id: reply.id }]);
});

test("a post looks as Whop's does, and nobody reads through us what is for who has paid", async () => {
  const { id } = write(1, { title: "Wins", userId: place.ownerId });
  expect(await client.forumPosts.retrieve(id)).toMatchObject({
    id,
    title: "Wins",
    content: "Post 1",
    created_at: "2026-01-01T00:01:00.000Z",
    user: { id: place.ownerId, name: "Olga Owner" },
    is_poster_admin: true,
    is_pinned: false,
    parent_id: null,
    like_count: 0,
  });
  const paywalled = write(2, { isPaywalled: true });
  expect((await client.forumPosts.retrieve(paywalled.id)).content).toBeNull();
});

test("a like counts once for each member, newest first, and is gone when it is taken back", async () => {
  const { id } = write(1);
  const member = sdk(whop().userKey(place.memberId));
  const first = await member.reactions.create({ resource_id: id });
  const again = await member.reactions.create({ resource_id: id });
  const second = await sdk(whop().userKey(place.ownerId)).reactions.create({ resource_id: id });
  expect(again.id).toBe(first.id);
  const likes = await all(client.reactions.list({ resource_id: id }));
  expect(likes).toMatchObject([
    { id: second.id, resource_id: id, emoji: null, user: { id: place.ownerId } },
    { id: first.id, user: { id: place.memberId } },
  ]);
  expect((await client.forumPosts.retrieve(id)).like_count).toBe(2);
  whop().world.unlike(id, place.memberId);
  expect((await client.forumPosts.retrieve(id)).like_count).toBe(1);
});

test("what is deleted is not there, and its comments are not either", async () => {
  const { id } = write(1);
  const comment = write(2, { parentId: id });
  const message = whop().world.postMessage({
    userId: place.memberId,
    channelId: place.chatExperienceId,
    content: "Oops",
  });
  expect((await client.messages.retrieve(message.id)).content).toBe("Oops");
  whop().world.deletePost(id);
  whop().world.deleteMessage(message.id);
  for (const gone of [
    client.forumPosts.retrieve(id),
    client.forumPosts.retrieve(comment.id),
    client.messages.retrieve(message.id),
    all(client.reactions.list({ resource_id: id })),
  ]) {
    await expect(gone).rejects.toMatchObject({ status: 404 });
  }
  expect(await postsOf()).toEqual([]);
});

test("a message is deleted by who wrote it, and by nobody else", async () => {
  const message = await sdk(whop().userKey(place.memberId)).messages.create({
    channel_id: place.chatExperienceId,
    content: "Oops",
  });
  await expect(client.messages.delete(message.id)).rejects.toMatchObject({ status: 403 });
  await sdk(whop().userKey(place.memberId)).messages.delete(message.id);
  await expect(client.messages.retrieve(message.id)).rejects.toMatchObject({ status: 404 });
});

test("posts are written by the API, under another post too", async () => {
  const member = sdk(whop().userKey(place.memberId));
  const post = await member.forumPosts.create({ experience_id: forumId, title: "Hi", content: "All" });
  const comment = await member.forumPosts.create({ experience_id: forumId, content: "Welcome", parent_id: post.id });
  expect(comment).toMatchObject({ parent_id: post.id, user: { id: place.memberId } });
  const stranger = sdk(whop().userKey(place.strangerId));
  await expect(stranger.forumPosts.create({ experience_id: forumId, content: "Spam" })).rejects.toMatchObject({
    status: 403,
  });
  await expect(client.forumPosts.list({ experience_id: place.chatExperienceId })).rejects.toMatchObject({
    status: 404,
  });
});

test("members are listed with who has left and who is banned, by access and by status", async () => {
  const { world } = whop();
  const { companyId, memberId, ownerId, moderatorId } = place;
  const [gone, banned, back] = [world.addUser().id, world.addUser().id, world.addUser().id];
  for (const id of [gone, banned, back]) world.join(companyId, id, new Date("2026-01-01T00:00:00Z"));
  world.leave(companyId, gone);
  world.leave(companyId, back);
  world.join(companyId, back);
  world.ban(companyId, banned);
  const list = async (query: object = {}) =>
    (await all(client.members.list({ company_id: companyId, first: 2, order: "joined_at", ...query }))).map(
      ({ user, access_level, status }) => [user?.id, access_level, status],
    );
  expect(new Map((await list()).map((one) => [one[0], one]))).toEqual(
    new Map(
      [
        [ownerId, "admin", "joined"],
        [moderatorId, "admin", "joined"],
        [memberId, "customer", "joined"],
        [back, "customer", "joined"],
        [gone, "no_access", "left"],
        [banned, "no_access", "joined"],
      ].map((one) => [one[0], one]),
    ),
  );
  expect(await list({ access_level: "no_access", statuses: ["joined"] })).toEqual([[banned, "no_access", "joined"]]);
  expect(await list({ statuses: ["left"] })).toEqual([[gone, "no_access", "left"]]);
  expect(await list({ user_ids: [memberId] })).toEqual([[memberId, "customer", "joined"]]);
  expect(world.accessLevel(banned, companyId)).toBe("no_access");
  world.ban(companyId, banned, false);
  expect(world.accessLevel(banned, companyId)).toBe("customer");
});

test("a permission that a creator takes is missing in that community alone, and until it is given back", async () => {
  const other = aCommunityIn(whop());
  const { permissions } = whop();
  permissions.revoke(place.companyId, "chatChannels.list");
  await expect(client.chatChannels.list({ company_id: place.companyId })).rejects.toMatchObject({ status: 403 });
  expect((await client.chatChannels.list({ company_id: other.companyId })).data).toHaveLength(1);
  expect((await client.forums.list({ company_id: place.companyId })).data).toHaveLength(1);
  permissions.grant(place.companyId, "chatChannels.list");
  expect((await client.chatChannels.list({ company_id: place.companyId })).data).toHaveLength(1);
});

test.each([403, 404] as const)("who uninstalls the app shows it nothing (%i) and tells it nothing", async (status) => {
  const { world, permissions, webhooks } = whop();
  const { id } = write(1);
  const message = world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content: "Hello" });
  permissions.uninstall(place.companyId, status);
  for (const asked of [
    client.forumPosts.list({ experience_id: forumId }),
    client.forumPosts.retrieve(id),
    client.messages.list({ channel_id: place.chatExperienceId }),
    client.messages.retrieve(message.id),
    client.reactions.list({ resource_id: id }),
    client.members.list({ company_id: place.companyId }),
    client.experiences.retrieve(forumId),
    client.messages.create({ channel_id: place.chatExperienceId, content: "Still here" }),
  ]) {
    await expect(asked).rejects.toMatchObject({ status });
  }
  world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content: "Anyone?" });
  expect(webhooks.deliveries().at(-1)).toMatchObject({ type: "chat.message.created", state: "dropped", attempts: [] });
  permissions.install(place.companyId);
  expect((await client.forumPosts.list({ experience_id: forumId })).data).toHaveLength(1);
});

test("a stuck cursor gives itself again, and a repeating page itself under another", async () => {
  const { faults } = whop();
  for (let index = 0; index < 30; index += 1) write(index);
  const read = (after?: string) => client.forumPosts.list({ experience_id: forumId, first: 5, after });
  const first = await read();
  faults.add({ kind: "stuck_cursor", operation: "forumPosts.list", times: 2 });
  const cursor = first.page_info.end_cursor ?? "";
  const stuck = await read(cursor);
  expect(stuck.page_info).toMatchObject({ end_cursor: cursor, has_next_page: true });
  expect((await read(cursor)).data).toEqual(stuck.data);
  faults.add({ kind: "repeat_page", operation: "forumPosts.list", times: 2 });
  const repeated = [await read(cursor), await read(cursor)];
  expect(repeated.map(({ data }) => data)).toEqual([first.data, first.data]);
  expect(new Set([cursor, ...repeated.map(({ page_info }) => page_info.end_cursor)]).size).toBe(3);
  expect((await read(cursor)).data).not.toEqual(first.data);
});

test("a forum, finished lessons and bans are there again after a restart", () => {
  const { world } = whop();
  const course = world.addExperience({ companyId: place.companyId, name: "Course", kind: "course" });
  const { id } = write(1);
  world.like({ userId: place.ownerId, postId: id });
  world.finishLesson({ userId: place.memberId, experienceId: course.id });
  world.ban(place.companyId, place.strangerId);
  const again = createWorld({ data: JSON.parse(JSON.stringify(world.data())), now: () => new Date() });
  expect(again.forumPost(id)).toEqual(world.forumPost(id));
  expect(again.likesOf(id)).toEqual(world.likesOf(id));
  expect(again.lessonsOf(course.id, place.memberId)).toHaveLength(1);
  again.join(place.companyId, place.strangerId);
  expect(again.accessLevel(place.strangerId, place.companyId)).toBe("no_access");
});
