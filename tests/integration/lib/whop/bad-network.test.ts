import { randomUUID } from "node:crypto";
import { type ChaosProxy, startChaosProxy, type Weather } from "@/dev/chaos-proxy";
import { createWhopClient, type WhopClient, type Written } from "@/lib/whop/client";
import { startTcpProxy, type TcpProxy } from "@/tests/support/tcp-proxy";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
let place: CommunityInWhop;
let membershipId: string;

const READ_MS = 500;
const WRITE_MS = 700;
/** For the machine to get round to it. */
const LATE_MS = 1_500;

function clientAt(port: number): WhopClient {
  const { apiKey, appId, baseUrl } = whop();
  const url = new URL(baseUrl);
  url.port = String(port);
  const times = { timeoutMs: READ_MS, listTimeoutMs: READ_MS, writeTimeoutMs: WRITE_MS };
  return createWhopClient({ apiKey, appId, baseUrl: url.href, log: { warn: () => undefined }, ...times });
}

const portOfWhop = () => Number(new URL(whop().baseUrl).port);

beforeAll(() => {
  place = aCommunityIn(whop());
  membershipId = whop().world.membershipsOf(place.companyId)[0]?.id ?? "";
});

const unavailable = expect.objectContaining({ code: "unavailable" });
const unknown = { kind: "unknown", reason: expect.stringMatching(/\S/) };
const daysUnder = (key: string) =>
  whop()
    .effects.all()
    .freeDays.filter(({ idempotencyKey }) => idempotencyKey === key);

async function msOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work;
  return performance.now() - start;
}

/** Every kind of call, at once. */
async function expectNoAnswerInTime(client: WhopClient, key: string): Promise<void> {
  const reads = [
    client.retrieveMembership(membershipId),
    client.listMemberships({ companyId: place.companyId, userId: place.memberId }),
    client.listPromoCodes({ companyId: place.companyId }),
    client.listMessages({ channelId: place.chatExperienceId, limit: 5 }),
    client.listChatChannels(place.companyId),
    client.listOwnExperiences(place.companyId),
    client.retrieveUser(place.memberId),
  ];
  const write = client.addFreeDays({ membershipId, days: 3, key });
  const times = await Promise.all([
    ...reads.map((read) => msOf(expect(read).rejects.toEqual(unavailable))),
    msOf(write.then((written) => expect(written).toEqual(unknown))),
  ]);
  expect(Math.max(...times.slice(0, -1))).toBeLessThan(READ_MS + LATE_MS);
  expect(times.at(-1)).toBeLessThan(WRITE_MS + LATE_MS);
}

describe.each<[weather: Weather, isKept: boolean]>([
  ["blackhole", true],
  ["blackhole", false],
  ["half-open", true],
  ["half-open", false],
  ["reset", true],
  ["reset", false],
])("a network that is a %s (connections kept from before: %s)", (weather, isKept) => {
  let proxy: ChaosProxy;
  beforeEach(async () => {
    proxy = await startChaosProxy(portOfWhop());
  });
  afterEach(() => proxy.stop());

  test("ends every call in time and in a known state, and the same key makes it right", async () => {
    const client = clientAt(proxy.port);
    if (isKept) expect(await client.retrieveMembership(membershipId)).toMatchObject({ id: membershipId });
    const key = randomUUID();
    proxy.become(weather);
    await expectNoAnswerInTime(client, key);
    await expectNoAnswerInTime(client, key);

    proxy.become("clear");
    const written = await doneAtLast(client, key);
    expect(written.kind).toBe("done");
    expect(daysUnder(key)).toHaveLength(1);
  });
});

test("a connection that goes silent after the request was sent leaves the outcome unknown, and the effect single", async () => {
  const proxy: TcpProxy = await startTcpProxy(portOfWhop());
  try {
    const client = clientAt(proxy.port);
    const key = randomUUID();
    whop().faults.add({ kind: "delay", delayMs: 200, operation: "memberships.addFreeDays" });
    const written = client.addFreeDays({ membershipId, days: 3, key });
    while (whop().faults.planned().length > 0) await new Promise((next) => setTimeout(next, 5));
    proxy.cut();
    expect(await written).toEqual(unknown);
    expect(daysUnder(key)).toHaveLength(1);
    expect((await client.addFreeDays({ membershipId, days: 3, key })).kind).toBe("done");
    expect(daysUnder(key)).toHaveLength(1);
  } finally {
    await proxy.stop();
  }
});

test("the time limits that nobody has chosen hold as well: five seconds for a write", async () => {
  const proxy = await startChaosProxy(portOfWhop());
  try {
    proxy.become("blackhole");
    const { apiKey, appId } = whop();
    const baseUrl = `http://127.0.0.1:${proxy.port}/api/v1`;
    const client = createWhopClient({ apiKey, appId, baseUrl, log: { warn: () => undefined }, writeTimeoutMs: 60_000 });
    const start = performance.now();
    expect(await client.addFreeDays({ membershipId, days: 3, key: randomUUID() })).toEqual(unknown);
    expect(performance.now() - start).toBeLessThan(5_000 + LATE_MS);
  } finally {
    await proxy.stop();
  }
});

/**
 * What a black hole has swallowed arrives when it clears: the key may still be in progress then. And each connection that was lost
 * without a word costs one more call.
 */
async function doneAtLast(client: WhopClient, key: string): Promise<Written<unknown>> {
  const tries: Written<unknown>[] = [];
  while (tries.at(-1)?.kind !== "done" && tries.length < 50) {
    tries.push(await client.addFreeDays({ membershipId, days: 3, key }));
  }
  expect(tries.filter(({ kind }) => kind === "unknown").length).toBeLessThan(8);
  return tries.at(-1) as Written<unknown>; // there is one
}
