import { randomBytes } from "node:crypto";
import { WebSocket } from "ws";
import { ApiFailure } from "@/components/http/call-api";
import type { Attention } from "@/components/live/attention";
import { type KeepOptions, keepLine } from "@/components/live/keep-line";
import type { LiveState } from "@/components/live/live-state";
import type { GrantedToken } from "@/components/live/token";
import { type ChaosProxy, startChaosProxy } from "@/dev/chaos-proxy";
import { mintRealtimeToken } from "@/lib/realtime/token";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";
import { eventually, startTestRealtime, type TestRealtime, transport } from "@/tests/support/realtime";

/** Full jitter: the first pause after a break is two seconds at most, the second four. */
const BACK_WITHIN_MS = 10_000;

let realtime: TestRealtime;
let lines: { stop(): void }[] = [];

beforeAll(async () => {
  realtime = await startTestRealtime();
});
afterEach(async () => {
  for (const line of lines) line.stop();
  lines = [];
  await realtime.server.up();
  await eventually("nobody is connected", () => realtime.server.connections() === 0);
});
afterAll(() => realtime.stop());

type Replaced = Partial<Omit<KeepOptions, "fetchToken">> & {
  fetchToken?(communityId: string): Promise<GrantedToken>;
};

/** A page that keeps a line open, and all that it was told. */
function aPage({ fetchToken = aToken, ...replaced }: Replaced = {}) {
  const communityId = `biz_${randomBytes(6).toString("hex")}`;
  const page = {
    communityId,
    states: [] as LiveState[],
    changed: [] as BoardChange[],
    own: [] as OwnNews[],
    resyncs: 0,
    tokens: 0,
    attention: undefined as Attention | undefined,
    isWatched: true,
    now: () => page.states.at(-1),
    stop: () => line.stop(),
  };
  const line = keepLine({
    url: realtime.server.url,
    anonKey: realtime.anonKey,
    transport,
    watchAttention: (attention) => {
      page.attention = attention;
      return () => {
        page.isWatched = false;
      };
    },
    onState: (state) => page.states.push(state),
    onChanged: (changes) => page.changed.push(...changes),
    onOwn: (news) => page.own.push(news),
    onResync: () => {
      page.resyncs += 1;
    },
    ...replaced,
    fetchToken: () => {
      page.tokens += 1;
      return fetchToken(communityId);
    },
  });
  lines.push(line);
  return page;
}

async function aToken(communityId: string, lifetimeSeconds = 300): Promise<GrantedToken> {
  const { jwtSecret } = realtime;
  const now = new Date(Date.now() - (300 - lifetimeSeconds) * 1_000);
  const { token, topics } = await mintRealtimeToken({ jwtSecret, communityId, userId: "user_anna", now });
  return { token, topics, expiresInSeconds: lifetimeSeconds };
}

async function send(topic: string, event: string, payload: object): Promise<void> {
  await fetch(`${realtime.server.url}/realtime/v1/api/broadcast`, {
    method: "POST",
    headers: { authorization: `Bearer ${realtime.serviceRoleKey}`, "content-type": "application/json" },
    body: JSON.stringify({ messages: [{ topic, event, payload, private: true }] }),
  });
}

const aChange = (version: number) => ({ memberId: "user_ben", version, left: true });
const untilLive = (page: ReturnType<typeof aPage>, limitMs?: number) =>
  eventually("the page is live", () => page.now() === "live", limitMs);

test("a page is live with its first connection, asks the database once, and is told what happens", async () => {
  const page = aPage();
  await untilLive(page);
  expect(page).toMatchObject({ states: ["live"], resyncs: 1, tokens: 1 });
  await send(communityTopic(page.communityId), "changed", { members: [aChange(1), aChange(2)] });
  await send(memberTopic(page.communityId, "user_anna"), "own", { version: 3 });
  await eventually("both", () => page.changed.length === 2 && page.own.length === 1);
  expect([page.changed, page.own]).toEqual([[aChange(1), aChange(2)], [{ version: 3 }]]);
  expect(page.resyncs).toBe(1);
});

test("a page that is told to ask the database does so within ten seconds, not at once with all others", async () => {
  jest.spyOn(Math, "random").mockReturnValue(0.05);
  const page = aPage();
  await untilLive(page);
  await send(communityTopic(page.communityId), "resync", {});
  await eventually("the question", () => page.resyncs === 2, 10_000);
  jest.restoreAllMocks();
});

test("while Realtime is away the page knows at once; when it is back the page is live and asks the database", async () => {
  const page = aPage();
  await untilLive(page);
  await realtime.server.down();
  await eventually("away", () => page.now() === "away", 1_000);
  await realtime.server.up();
  await untilLive(page, BACK_WITHIN_MS);
  expect(page).toMatchObject({ states: ["live", "away", "live"], resyncs: 2 });
  await send(communityTopic(page.communityId), "changed", { members: [aChange(5)] });
  await eventually("the change", () => page.changed.length === 1);
});

test("a page that comes while Realtime is away is away, not for ever connecting", async () => {
  await realtime.server.down();
  const page = aPage();
  await eventually("away", () => page.now() === "away", BACK_WITHIN_MS);
  await realtime.server.up();
  await untilLive(page, BACK_WITHIN_MS);
  expect(page.resyncs).toBe(1);
});

test("a connection that breaks while its channels are being joined is replaced, not waited for for ever", async () => {
  let connections = 0;
  /** The first one is cut when one of the two channels has been joined and the other has not. */
  class CutShort extends WebSocket {
    private readonly isCut = connections++ === 0;
    private heard = 0;
    override emit(event: string | symbol, ...args: unknown[]): boolean {
      if (event !== "message" || !this.isCut) return super.emit(event, ...args);
      this.heard += 1;
      const isTaken = this.heard === 1 && super.emit(event, ...args);
      this.terminate();
      return isTaken;
    }
  }
  const page = aPage({ transport: CutShort as unknown as KeepOptions["transport"] });
  await untilLive(page);
  expect(page).toMatchObject({ states: ["away", "live"], tokens: 2 });
});

test("a connection that dies without a word is noticed, and replaced", async () => {
  const proxy: ChaosProxy = await startChaosProxy(Number(new URL(realtime.server.url).port));
  const page = aPage({ url: `http://127.0.0.1:${proxy.port}`, heartbeatMs: 300 });
  await untilLive(page);
  proxy.become("half-open");
  await eventually("away", () => page.now() === "away", 2_000);
  proxy.become("clear");
  await untilLive(page, BACK_WITHIN_MS + 8_000);
  page.stop();
  await proxy.stop();
}, 30_000);

test("a page stays live, on the same connection, beyond the end of its token", async () => {
  // Whole seconds are counted, so that a token may end up to one earlier: long enough to be renewed before.
  const page = aPage({ fetchToken: (communityId) => aToken(communityId, 6) });
  await untilLive(page);
  await eventually("two more tokens", () => page.tokens === 3, 20_000);
  await send(communityTopic(page.communityId), "changed", { members: [aChange(1)] });
  await eventually("the change", () => page.changed.length === 1);
  expect(page).toMatchObject({ states: ["live"], resyncs: 1 });
}, 30_000);

test.each(["unauthorized", "not_found"])(
  "a page whose reader is no member any more (%s) hears nothing and stops asking",
  async (code) => {
    let isMember = true;
    const page = aPage({
      fetchToken: async (communityId) => {
        if (!isMember) throw new ApiFailure("No.", { status: 404, code });
        return aToken(communityId, 6); // long enough to be renewed before it ends, as above
      },
    });
    await untilLive(page);
    isMember = false;
    await eventually("it stopped", () => !page.isWatched, 10_000);
    expect(page.now()).toBe("away");
    const asked = page.tokens;
    page.attention?.onWanted();
    page.attention?.onDoubt();
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect([page.tokens, page.isWatched, realtime.server.connections()]).toEqual([asked, false, 0]);
  },
  20_000,
);

test("a page that nobody looks at for long, or that is offline, is not connected and asks for no token", async () => {
  const page = aPage();
  await untilLive(page);
  page.attention?.onUnwanted();
  expect(page.now()).toBe("away");
  await eventually("the end", () => realtime.server.connections() === 0);
  page.attention?.onDoubt();
  expect(page.tokens).toBe(1);
  page.attention?.onWanted();
  await untilLive(page);
  expect(page).toMatchObject({ tokens: 2, resyncs: 2 });
});

test("a page that is in doubt replaces its connection and asks the database, without saying that it was away", async () => {
  const page = aPage();
  await untilLive(page);
  page.attention?.onDoubt();
  await eventually("the second question", () => page.resyncs === 2);
  expect(page.states).toEqual(["live"]);
  await eventually("one connection", () => realtime.server.connections() === 1);
});

test("a page that is closed and opened again at once, as React does in development, has one connection", async () => {
  const first = aPage();
  first.stop();
  const second = aPage();
  await untilLive(second);
  await eventually("one connection", () => realtime.server.connections() === 1);
  expect([first.states, first.resyncs]).toEqual([[], 0]);
  second.stop();
  await eventually("none", () => realtime.server.connections() === 0);
});

test("what an answer that comes after the end of a page brings is thrown away", async () => {
  let answer = (_token: GrantedToken): void => undefined;
  const page = aPage({
    fetchToken: () =>
      new Promise((resolve) => {
        answer = resolve;
      }),
  });
  await eventually("the question", () => page.tokens === 1);
  page.stop();
  answer(await aToken(page.communityId));
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect([page.states, realtime.server.connections()]).toEqual([[], 0]);
});
