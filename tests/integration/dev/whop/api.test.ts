import Whop from "@whop/sdk";
import { startWhopSimulator } from "@/dev/whop/simulator";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let place: CommunityInWhop;

beforeEach(() => {
  place = aCommunityIn(whop());
});

function sdk(apiKey = whop().apiKey, { baseUrl, appId } = whop()) {
  return new Whop({ apiKey, appID: appId, baseURL: baseUrl, maxRetries: 0, logLevel: "off" });
}

function messagesIn(channelId: string, count: number) {
  const start = Date.UTC(2026, 0, 1);
  return Array.from({ length: count }, (_, i) => {
    const createdAt = new Date(start + i * 60_000);
    return whop().world.postMessage({ userId: place.memberId, channelId, content: `message ${i}`, createdAt });
  });
}

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

test("Whop's own SDK reads every message of a channel, in both directions, and stops", async () => {
  const posted = messagesIn(place.chatExperienceId, 45).map(({ id }) => id);
  const read = (direction: "asc" | "desc", first?: number) =>
    all(sdk().messages.list({ channel_id: place.chatExperienceId, direction, first }));
  expect((await read("asc")).map(({ id }) => id)).toEqual(posted);
  expect((await read("desc")).map(({ id }) => id)).toEqual(posted.toReversed());
  expect((await read("desc", 7)).map(({ id }) => id)).toEqual(posted.toReversed());
  expect((await read("asc", 45)).length).toBe(45);
});

test("a saved cursor finds what came after it, also when its message is gone", async () => {
  const [first, second, third] = messagesIn(place.chatExperienceId, 3);
  const list = (query: object) =>
    sdk().messages.list({ channel_id: place.chatExperienceId, direction: "asc", ...query });
  const cursor = (await list({ first: 2 })).page_info.end_cursor;
  whop().world.deleteMessage(second?.id ?? "");
  expect((await list({ after: cursor })).data.map(({ id }) => id)).toEqual([third?.id]);
  expect((await list({ before: cursor })).data.map(({ id }) => id)).toEqual([first?.id]);
  expect((await list({ last: 1 })).data.map(({ id }) => id)).toEqual([third?.id]);
});

test("a message looks as Whop's does", async () => {
  const { world } = whop();
  const message = world.postMessage({ userId: place.memberId, channelId: place.chatExperienceId, content: "Hello" });
  world.react({ userId: place.ownerId, messageId: message.id, emoji: ":fire:" });
  const [seen] = (await sdk().messages.list({ channel_id: place.chatExperienceId })).data;
  expect(seen).toMatchObject({
    id: message.id,
    content: "Hello",
    message_type: "regular",
    user: { id: place.memberId, name: "Mia Member" },
    reaction_counts: [{ emoji: ":fire:", count: 1 }],
    replying_to_message_id: null,
  });
  expect(Date.parse(seen?.created_at ?? "")).not.toBeNaN();
});

test("the app writes as its own user, a member with a token of theirs as themselves", async () => {
  const content = "/mylevel";
  const asked = await sdk(whop().userKey(place.memberId)).messages.create({
    channel_id: place.chatExperienceId,
    content,
  });
  const replying = { channel_id: place.chatExperienceId, content: "Level 5", replying_to_message_id: asked.id };
  const reply = await sdk().messages.create(replying);
  expect(asked.user.id).toBe(place.memberId);
  expect(reply).toMatchObject({ user: { id: whop().botUserId }, replying_to_message_id: asked.id });
  const recorded = whop().effects.all().messages.slice(-2);
  expect(recorded.map(({ by }) => by)).toEqual([place.memberId, "app"]);
});

test("a stranger may not write", async () => {
  const stranger = sdk(whop().userKey(place.strangerId));
  const writing = stranger.messages.create({ channel_id: place.chatExperienceId, content: "Hi" });
  await expect(writing).rejects.toMatchObject({ status: 403 });
});

test("reactions are listed newest first, and the same reaction again is the same", async () => {
  const [message] = messagesIn(place.chatExperienceId, 1);
  const react = (userId: string, emoji?: string) =>
    sdk(whop().userKey(userId)).reactions.create({ resource_id: message?.id ?? "", emoji });
  const one = await react(place.memberId, ":fire:");
  const same = await react(place.memberId, ":fire:");
  whop().world.react({ userId: place.ownerId, messageId: message?.id ?? "", createdAt: new Date(Date.now() + 1000) });
  expect(same.id).toBe(one.id);
  const listed = await all(sdk().reactions.list({ resource_id: message?.id ?? "" }));
  expect(listed.map(({ user }) => user.id)).toEqual([place.ownerId, place.memberId]);
});

test("a company's chats are listed, its other experiences and its direct messages are not", async () => {
  whop().world.addDirectChannel(place.companyId, "direct_message");
  const channels = await all(sdk().chatChannels.list({ company_id: place.companyId }));
  expect(channels.map(({ experience }) => experience.id)).toEqual([place.chatExperienceId]);
});

test("the team is listed with roles, and filtered by user", async () => {
  const team = await all(sdk().authorizedUsers.list({ company_id: place.companyId }));
  expect(team.map(({ role }) => role).toSorted()).toEqual(["moderator", "owner"]);
  expect(team.map(({ id }) => id)).toEqual(team.map(({ id }) => id).toSorted());
  const own = await all(sdk().authorizedUsers.list({ company_id: place.companyId, user_id: place.ownerId }));
  expect(own.map(({ role }) => role)).toEqual(["owner"]);
});

test("errors have Whop's form", async () => {
  const body = (type: string) => ({ error: { type, message: expect.any(String) } });
  await expect(sdk().users.retrieve("user_nobody")).rejects.toMatchObject({ status: 404, error: body("not_found") });
  await expect(sdk("wrong").users.retrieve(place.memberId)).rejects.toMatchObject({
    status: 401,
    error: body("unauthorized"),
  });
  const empty = sdk().messages.create({ channel_id: place.chatExperienceId, content: "" });
  await expect(empty).rejects.toMatchObject({ status: 400, error: { error: { param: "content" } } });
  const badCursor = sdk().messages.list({ channel_id: place.chatExperienceId, after: "nonsense" });
  await expect(badCursor).rejects.toMatchObject({ status: 400 });
});

test("a version that Whop does not know is refused", async () => {
  const later = sdk().withOptions({ version: "2031-01-01" });
  await expect(later.users.retrieve(place.memberId)).rejects.toMatchObject({ status: 400 });
});

test("each operation has its 600 a minute for each key, and the 429 names the delay in words", async () => {
  let time = Date.UTC(2026, 0, 1);
  const limited = await startWhopSimulator({ rateLimitPerMinute: 3, now: () => new Date(time) });
  const { id } = limited.world.addUser();
  const client = sdk(limited.apiKey, limited);
  for (let i = 0; i < 3; i += 1) await client.users.retrieve(id);
  time += 15_000;
  await expect(client.users.retrieve(id)).rejects.toMatchObject({
    status: 429,
    error: { error: { type: "rate_limit_exceeded", message: "Try again in 45 seconds." } },
  });
  await sdk(limited.userKey(id), limited).users.retrieve(id);
  time += 45_000;
  await client.users.retrieve(id);
  await limited.stop();
});

describe("with an Idempotency-Key", () => {
  let key: string;
  let runs = 0;
  beforeEach(() => {
    runs += 1;
    key = `key-${runs}`;
  });

  const post = (content: string, client = sdk(), headers: Record<string, string> = { "Idempotency-Key": key }) =>
    client.messages.create({ channel_id: place.chatExperienceId, content }, { headers }).withResponse();
  const count = () => whop().world.messagesIn(whop().world.channel(place.chatExperienceId)?.id ?? "").length;

  test("the same request again is answered from memory and does nothing", async () => {
    const first = await post("once");
    const again = await post("once");
    expect(again.data).toEqual(first.data);
    expect(first.response.headers.get("idempotent-replayed")).toBeNull();
    expect(again.response.headers.get("idempotent-replayed")).toBe("true");
    expect(count()).toBe(1);
  });

  test("another request with the key is refused", async () => {
    await post("once");
    const error = { error: { type: "idempotency_key_mismatch" } };
    await expect(post("twice")).rejects.toMatchObject({ status: 400, error });
  });

  test("another caller's key is another key", async () => {
    await post("once");
    await post("once", sdk(whop().userKey(place.memberId)));
    expect(count()).toBe(2);
  });

  test("an answer that was lost on the way is there when asked for again", async () => {
    whop().faults.add({ kind: "drop_after", operation: "messages.create" });
    await expect(post("once")).rejects.toThrow();
    expect((await post("once")).response.headers.get("idempotent-replayed")).toBe("true");
    expect(count()).toBe(1);
  });

  test.each([
    ["crash_before", 0],
    ["crash_after", 1],
  ] as const)("a server that dies (%s) leaves the key taken for 24 hours", async (kind, done) => {
    whop().faults.add({ kind, operation: "messages.create" });
    await expect(post("once")).rejects.toThrow();
    const error = { error: { type: "idempotency_request_in_progress" } };
    await expect(post("once")).rejects.toMatchObject({ status: 409, error });
    expect(count()).toBe(done);
  });

  test("errors are remembered too, and without a key nothing is", async () => {
    await expect(post("")).rejects.toMatchObject({ status: 400 });
    await expect(post("")).rejects.toMatchObject({ status: 400 });
    await post("same", sdk(), {});
    await post("same", sdk(), {});
    expect(count()).toBe(2);
  });

  test("a key longer than 255 bytes is refused", async () => {
    await expect(post("once", sdk(), { "Idempotency-Key": "k".repeat(256) })).rejects.toMatchObject({ status: 400 });
  });

  test("after 24 hours the key is free", async () => {
    let time = Date.UTC(2026, 0, 1);
    const simulator = await startWhopSimulator({ now: () => new Date(time) });
    const { chatExperienceId } = aCommunityIn(simulator);
    const send = () =>
      sdk(simulator.apiKey, simulator).messages.create(
        { channel_id: chatExperienceId, content: "once" },
        { headers: { "Idempotency-Key": "k" } },
      );
    const first = await send();
    time += 24 * 3_600_000;
    expect((await send()).id).not.toBe(first.id);
    await simulator.stop();
  });
});

test("faults strike as planned: so often, where they should, and until cleared", async () => {
  const read = () => sdk().users.retrieve(place.memberId);
  whop().faults.add({ kind: "status", status: 502, operation: "users.retrieve", times: 2 });
  await sdk().companies.retrieve(place.companyId);
  await expect(read()).rejects.toMatchObject({ status: 502 });
  await expect(read()).rejects.toMatchObject({ status: 502 });
  await read();
  whop().faults.add({ kind: "drop_before", probability: 1 });
  await expect(read()).rejects.toThrow("Connection error");
  await expect(read()).rejects.toThrow("Connection error");
  whop().faults.clear();
  await read();
});

test("the same seed draws the same faults", async () => {
  const run = async (seed: number) => {
    const simulator = await startWhopSimulator({ seed });
    const { id } = simulator.world.addUser();
    simulator.faults.add({ kind: "status", probability: 0.5 });
    const outcomes: boolean[] = [];
    for (let i = 0; i < 30; i += 1) {
      const response = await fetch(`${simulator.baseUrl}/users/${id}`, {
        headers: { Authorization: `Bearer ${simulator.apiKey}` },
      });
      outcomes.push(response.ok);
    }
    await simulator.stop();
    return outcomes;
  };
  const [one, same, other] = [await run(7), await run(7), await run(8)];
  expect(one).toEqual(same);
  expect(one).not.toEqual(other);
  expect(new Set(one).size).toBe(2);
});

test("a saved state is the same Whop again, keys and all", async () => {
  const first = await startWhopSimulator();
  const community = aCommunityIn(first);
  first.world.postMessage({ userId: community.memberId, channelId: community.chatExperienceId, content: "kept" });
  const state = JSON.parse(JSON.stringify(first.state()));
  await first.stop();
  const second = await startWhopSimulator({ state });
  expect(second.state()).toEqual(state);
  expect(await sdk(first.apiKey, second).users.checkAccess(community.companyId, { id: community.ownerId })).toEqual({
    has_access: true,
    access_level: "admin",
  });
  expect(second.signer.kid).toBe(first.signer.kid);
  await second.stop();
});

test("a picture is a PNG of its own, the same every time", async () => {
  const read = async (id: string) => {
    const response = await fetch(`${whop().url}/avatars/${id}.png`);
    expect(response.headers.get("content-type")).toBe("image/png");
    return Buffer.from(await response.arrayBuffer());
  };
  const picture = await read("user_a");
  expect(picture.subarray(0, 8)).toEqual(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]));
  expect(picture.length).toBeLessThan(8_000);
  expect(await read("user_a")).toEqual(picture);
  expect(await read("user_b")).not.toEqual(picture);
});
