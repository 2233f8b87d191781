import { setTimeout as sleep } from "node:timers/promises";
import { startUpstashServer, type UpstashServer } from "@/dev/redis/upstash-server";
import { type Broadcaster, type BroadcasterOptions, createBroadcaster } from "@/lib/realtime/broadcaster";
import type { MemberChange } from "@/lib/realtime/changes";
import { mintRealtimeToken } from "@/lib/realtime/token";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { createRedis, type RedisClient } from "@/lib/redis/client";
import { eventually, type Page, startTestRealtime, type TestRealtime } from "@/tests/support/realtime";
import { aRealRedisUrl, aRedisLog } from "@/tests/support/redis";
import { redisAway } from "@/tests/support/redis-away";

/** A busy machine is no Redis that is away. */
const PATIENT = { timeoutMs: 5_000 };

const SLOT_MS = 500;
/** A timer may be this early. */
const JITTER_MS = 60;
/** A busy machine brings a message this late, which makes the pause after it shorter. */
const LATE_MS = 400;
/** With so many viewers a slot is 2.5 seconds: whoever waited for it would be told later than at once. */
const CROWD = () => 1_000;
const AT_ONCE_MS = 2_000;

let realtime: TestRealtime;
let server: UpstashServer;
let clients: RedisClient[] = [];
let broadcasters: Broadcaster[] = [];
let made = 0;

beforeAll(async () => {
  realtime = await startTestRealtime();
});
afterEach(async () => {
  await Promise.all(broadcasters.map((broadcaster) => broadcaster.idle()));
  await Promise.all(clients.map((client) => client.close()));
  await realtime.closePages();
  [clients, broadcasters] = [[], []];
});
afterAll(() => realtime.stop());

/** As in one instance of the app. */
function anInstance(options: Partial<BroadcasterOptions> = {}): Broadcaster & { log: ReturnType<typeof aRedisLog> } {
  const log = aRedisLog();
  const redis = options.redis ?? createRedis({ kind: "upstash", url: server.url, token: server.token }, log, PATIENT);
  clients.push(redis);
  const broadcaster = createBroadcaster({
    supabaseUrl: realtime.server.url,
    serviceRoleKey: realtime.serviceRoleKey,
    redis,
    log,
    now: () => new Date(),
    planMessagesPerSecond: 500,
    viewers: () => 1,
    ...options,
  });
  broadcasters.push(broadcaster);
  return { ...broadcaster, log };
}

function aCommunityId(): string {
  made += 1;
  return `biz_${made}`;
}

type Viewer = Page & { at: number[]; states(): Map<string, MemberChange>; versions(): number[] };

async function aViewer(
  communityId: string,
  topic = communityTopic(communityId),
  userId = "user_anna",
): Promise<Viewer> {
  const { token } = await mintRealtimeToken({ jwtSecret: realtime.jwtSecret, communityId, userId, now: new Date() });
  const page = await realtime.listen(topic, { token });
  const at: number[] = [];
  page.channel.on("broadcast", { event: "*" }, () => at.push(performance.now()));
  const changes = () => page.heard.flatMap(({ payload }) => (payload as { members: MemberChange[] }).members); // as sent
  return {
    ...page,
    at,
    states: () => new Map(changes().map((change) => [change.memberId, change])),
    versions: () => changes().map(({ version }) => version),
  };
}

const aChange = (version: number, memberId = "user_anna") => ({ members: [{ memberId, version, xp: version * 20 }] });

/** No more of them than slots of this length, of whose messages the first may have been late. */
function expectPaced(times: readonly number[], slotMs: number): void {
  const took = (times.at(-1) ?? 0) - (times[0] ?? 0);
  expect(took).toBeGreaterThan((times.length - 1) * (slotMs - JITTER_MS) - LATE_MS);
}

describe.each<[string, () => Promise<string | undefined>]>([
  ["a Redis of its own", aRealRedisUrl],
  ["a Redis in this process", async () => undefined],
])("with %s", (_what, redisUrl) => {
  beforeAll(async () => {
    server = await startUpstashServer({ redisUrl: await redisUrl() });
  });
  afterAll(() => server.stop());

  test("a change is told at once, with what has changed", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance({ viewers: CROWD })];
    const viewer = await aViewer(communityId);
    const started = performance.now();
    await instance.publish(communityId, aChange(1));
    await eventually("the change", () => viewer.heard.length === 1);
    expect(viewer.heard).toEqual([{ event: "changed", payload: aChange(1) }]);
    expect((viewer.at[0] ?? Number.POSITIVE_INFINITY) - started).toBeLessThan(AT_ONCE_MS);
  });

  test("many changes are told in few messages, and the last is always told", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance()];
    const viewer = await aViewer(communityId);
    const waits: Promise<void>[] = [];
    for (let version = 1; version <= 60; version += 1) {
      waits.push(instance.publish(communityId, aChange(version)));
      waits.push(instance.publish(communityId, aChange(version, "user_ben")));
      await sleep(20);
    }
    await Promise.all(waits);
    await eventually("the last change", () => [...viewer.states().values()].every(({ version }) => version === 60));
    expect([...viewer.states().keys()].sort()).toEqual(["user_anna", "user_ben"]);
    expect(viewer.heard.length).toBeLessThanOrEqual(2 + (60 * 25) / SLOT_MS);
    expect(viewer.heard.length).toBeGreaterThanOrEqual(3);
    expectPaced(viewer.at, SLOT_MS);
  });

  test("three instances share one slot, and nobody's last state is lost or overtaken", async () => {
    const communityId = aCommunityId();
    const instances = [anInstance(), anInstance(), anInstance()];
    const viewer = await aViewer(communityId);
    const before = realtime.server.messages();
    const started = performance.now();
    const waits: Promise<void>[] = [];
    for (let version = 1; version <= 90; version += 1) {
      const instance = instances[version % 3];
      for (const member of ["a", "b"]) waits.push(instance?.publish(communityId, aChange(version, member)) ?? sleep(0));
      await sleep(20);
    }
    await Promise.all(waits);
    await eventually("the last states", () => [...viewer.states().values()].every(({ version }) => version === 90));
    const seconds = (performance.now() - started) / 1_000;
    expectPaced(viewer.at, SLOT_MS);
    expect((realtime.server.messages() - before) / 2).toBeLessThanOrEqual(seconds * 2 + 1);
    for (const member of ["a", "b"]) {
      const told = viewer.heard.flatMap(({ payload }) => (payload as { members: MemberChange[] }).members);
      const versions = told.filter(({ memberId }) => memberId === member).map(({ version }) => version);
      expect(versions).toEqual([...versions].sort((a, b) => a - b));
    }
  });

  test("an older state that comes late is not told after a newer one that waits", async () => {
    const communityId = aCommunityId();
    const [first, second] = [anInstance(), anInstance()];
    const viewer = await aViewer(communityId);
    await first.publish(communityId, aChange(1, "user_ben"));
    await Promise.all([
      first.publish(communityId, aChange(9)),
      sleep(50).then(() => second.publish(communityId, aChange(8))),
    ]);
    await eventually("the newer state", () => viewer.states().get("user_anna")?.version === 9);
    await sleep(SLOT_MS + JITTER_MS);
    expect(viewer.versions()).toEqual([1, 9]);
  });

  test("what an instance that died has left is told with the next change", async () => {
    const communityId = aCommunityId();
    const viewer = await aViewer(communityId);
    await anInstance().publish(communityId, aChange(1));
    // It waits for the slot, and dies: it never sends.
    void anInstance({ supabaseUrl: "http://127.0.0.1:9" }).publish(communityId, aChange(2, "user_ben"));
    await sleep(SLOT_MS * 5);
    expect(viewer.versions()).toEqual([1]);
    await anInstance().publish(communityId, aChange(3, "user_cleo"));
    await eventually("all", () => viewer.states().size === 3);
  });

  test("a member is told of the own award at once, also while the board waits, and nobody else is", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance({ viewers: CROWD })];
    const mine = await aViewer(communityId, memberTopic(communityId, "user_anna"));
    const other = await aViewer(communityId, memberTopic(communityId, "user_ben"), "user_ben");
    await instance.publish(communityId, aChange(1));
    void instance.publish(communityId, aChange(2));
    const started = performance.now();
    await instance.publishToMember(communityId, "user_anna", { xp: 20 });
    await eventually("the award", () => mine.heard.length === 1);
    expect(performance.now() - started).toBeLessThan(AT_ONCE_MS);
    expect([mine.heard, other.heard]).toEqual([[{ event: "own", payload: { xp: 20 } }], []]);
  });

  test("messages to members slow the board of all instances", async () => {
    const communityId = aCommunityId();
    const [first, second] = [anInstance({ planMessagesPerSecond: 100 }), anInstance({ planMessagesPerSecond: 100 })];
    const viewer = await aViewer(communityId);
    // 50 × 2 messages of 80 a second: 1.25 seconds.
    await Promise.all(Array.from({ length: 50 }, (_, n) => second.publishToMember(communityId, `user_${n}`, {})));
    await second.publish(communityId, aChange(1));
    await first.publish(communityId, aChange(2));
    await eventually("both", () => viewer.heard.length === 2);
    expectPaced(viewer.at, 1_250);
  });

  test("a thousand members are told in messages small enough for Realtime", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance()];
    const viewer = await aViewer(communityId);
    const members = Array.from({ length: 1_001 }, (_, n) => ({ memberId: `user_${n}`, version: n }));
    await instance.publish(communityId, { members });
    await eventually("all", () => viewer.states().size === 1_001);
    expect(viewer.heard).toHaveLength(3);
  });

  test("when Redis goes away while a change waits, the change is told all the same", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance()];
    const viewer = await aViewer(communityId);
    await instance.publish(communityId, aChange(1));
    await server.down();
    try {
      await Promise.all([2, 3, 4].map((version) => instance.publish(communityId, aChange(version))));
      await eventually("the change", () => viewer.states().get("user_anna")?.version === 4);
      expectPaced(viewer.at, SLOT_MS);
    } finally {
      await server.up();
    }
  });
});

describe("without Redis", () => {
  test("each process keeps to a slot of its own, and the last change is told", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance({ redis: redisAway })];
    const viewer = await aViewer(communityId);
    const waits: Promise<void>[] = [];
    for (let version = 1; version <= 60; version += 1) {
      waits.push(instance.publish(communityId, aChange(version)));
      await sleep(20);
    }
    await Promise.all(waits);
    await eventually("the last change", () => viewer.states().get("user_anna")?.version === 60);
    expectPaced(viewer.at, SLOT_MS);
    expect(viewer.heard.length).toBeGreaterThanOrEqual(3);
  });

  test("while Realtime is away nothing fails, it is logged, and the change is told once it is back", async () => {
    const [communityId, instance] = [aCommunityId(), anInstance({ redis: redisAway })];
    const viewer = await aViewer(communityId);
    await realtime.server.down();
    const waiting = instance.publish(communityId, aChange(1));
    await instance.publishToMember(communityId, "user_anna", {});
    await realtime.server.up();
    await eventually("the way back", () => viewer.statuses.filter((status) => status === "SUBSCRIBED").length === 2);
    await waiting;
    await instance.publish(communityId, aChange(2, "user_ben"));
    await eventually("both", () => viewer.states().size === 2);
    expect(instance.log.lines.map(({ message }) => message)).toContain("a broadcast was not sent");
  });

  test("a Realtime that never answers holds nobody up for long, and no secret is logged", async () => {
    const silent = await startUpstashServer();
    silent.freeze();
    const instance = anInstance({
      redis: redisAway,
      supabaseUrl: silent.url,
      serviceRoleKey: "very-secret",
      timeoutMs: 100,
    });
    const started = performance.now();
    await instance.publishToMember("biz_a", "user_anna", { xp: 1 });
    // Three attempts, with pauses of one and two seconds.
    expect(performance.now() - started).toBeLessThan(5_000);
    expect(JSON.stringify(instance.log.lines)).toContain("a broadcast was not sent");
    expect(JSON.stringify(instance.log.lines)).not.toContain("very-secret");
    await silent.stop();
  });

  test("a count of viewers that fails and a payload that cannot be sent stop nothing else", async () => {
    const communityId = aCommunityId();
    const viewers = () => Promise.reject(new Error("no count"));
    const instance = anInstance({ redis: redisAway, viewers });
    const viewer = await aViewer(communityId);
    await instance.publishToMember(communityId, "user_anna", { xp: 1n });
    await instance.publish(communityId, aChange(1));
    await eventually("the change", () => viewer.heard.length === 1);
  });
});
