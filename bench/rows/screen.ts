import { setTimeout as sleep } from "node:timers/promises";
import type { RealtimeClientOptions } from "@supabase/realtime-js";
import WebSocket from "ws";
import { percentile, type Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { type SampleStack, startSampleStack } from "@/bench/sample-stack";
import { openScreen } from "@/bench/screen";
import { signedMessage } from "@/bench/signed-message";
import { type Line, openLine } from "@/components/live/open-line";
import type { GrantedToken } from "@/components/live/token";
import { createDatabase } from "@/lib/db/database";
import { paceFor, SHORTEST_MS } from "@/lib/realtime/budget";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

const VIEWERS = 200;
const AWARDS_PER_SECOND = 50;
/** Of Supabase's plans the one whose connections are enough for so many viewers. */
const PLAN_MESSAGES_PER_SECOND = 500;
const BAR_OTHERS_MS = 200;
const BAR_OWN_MS = 150;
const WARM_UP_SECONDS = 5;
/** What is on its way when the last award has been sent. */
const LAST_WORDS_MS = 5_000;

type Standing = { user_id: string; xp: number };

/**
 * I: from sending a webhook to what others see: 200 members listen, 50 awards a second, on the way of the real thing (signed
 * webhook, award, slot in Redis, Realtime, socket), and one of them looks at a real page. What others hear is held to the
 * interval between two broadcasts, which is the budget's and not ours to shorten.
 */
export async function measureScreen({ quick }: Bench): Promise<Row> {
  const stack = await startSampleStack({ REALTIME_MESSAGES_PER_SECOND: String(PLAN_MESSAGES_PER_SECOND) });
  try {
    await payEveryMessage(stack);
    const members = await listMembers(stack);
    const heard = createHeard(members);
    const lines: Line[] = [];
    for (const { user_id } of members) {
      const line = lines.length < VIEWERS ? await listen(stack, user_id, heard) : null;
      if (line) lines.push(line);
    }
    if (lines.length < VIEWERS) throw new Error(`Only ${lines.length} members can listen.`);
    try {
      const screen = await openScreen(stack, members);
      try {
        const seconds = quick ? 8 : 20;
        await load(WARM_UP_SECONDS, screen.left, (userId) => award(stack, heard, userId));
        await sleep(LAST_WORDS_MS);
        heard.others.length = 0;
        heard.own.length = 0;
        const looking = screen.watch(seconds, (userId) => award(stack, heard, userId));
        await Promise.all([looking, load(seconds, screen.left, (userId) => award(stack, heard, userId))]);
        await sleep(LAST_WORDS_MS);
        if (heard.lost > 0) throw new Error(`${heard.lost} listeners lost their connection.`);
        return row(heard, await looking);
      } finally {
        await screen.close();
      }
    } finally {
      for (const line of lines) line.close();
    }
  } finally {
    await stack.stop();
  }
}

/** Without a cooldown, so that a few members are enough for the load. */
async function payEveryMessage({ addresses: { databaseUrl, companyId } }: SampleStack): Promise<void> {
  const db = createDatabase(databaseUrl);
  try {
    const { settings } = await findSettings({ db }, companyId);
    const { message } = settings.actions;
    if (!message) throw new Error("Messages pay nothing here.");
    const actions = { ...settings.actions, message: { ...message, cooldownSeconds: 0, dailyXpCap: null } };
    await changeSettings({ db }, companyId, { settings: { ...settings, dailyXpCap: null, actions }, by: "bench" });
  } finally {
    await db.destroy();
  }
}

async function listMembers(stack: SampleStack): Promise<Standing[]> {
  const { appUrl, experienceId, memberUserId } = stack.addresses;
  const url = `${appUrl}/api/leaderboard?experienceId=${experienceId}&limit=1000`;
  const headers = { "x-whop-user-token": await tokenOf(stack, memberUserId) };
  const { leaderboard } = (await (await fetch(url, { headers })).json()) as { leaderboard: Standing[] };
  const named = leaderboard.filter(({ user_id }) => user_id.startsWith("user_"));
  if (named.length < 100) throw new Error(`Too few members on the board: ${named.length}.`);
  return named;
}

async function tokenOf({ addresses }: SampleStack, userId: string): Promise<string> {
  const answer = await fetch(`${addresses.whopUrl}/_sim/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  });
  return ((await answer.json()) as { token: string }).token;
}

/** What was sent, and when each listener first heard of it. Milliseconds. */
type Heard = {
  sent: Map<string, { xp: number; at: number }[]>;
  xpOf: Map<string, number>;
  others: number[];
  own: number[];
  /** Listeners whose connection broke. */
  lost: number;
};

function createHeard(members: readonly Standing[]): Heard {
  return {
    sent: new Map(),
    xpOf: new Map(members.map(({ user_id, xp }) => [user_id, xp])),
    others: [],
    own: [],
    lost: 0,
  };
}

/** Null for somebody on the board who has left the community. */
async function listen(stack: SampleStack, userId: string, heard: Heard): Promise<Line | null> {
  const { appUrl, supabaseUrl, experienceId } = stack.addresses;
  const answer = await fetch(`${appUrl}/api/realtime-token`, {
    method: "POST",
    headers: { "content-type": "application/json", "x-whop-user-token": await tokenOf(stack, userId) },
    body: JSON.stringify({ experienceId }),
  });
  if (answer.status === 404) return null;
  const granted = (await answer.json()) as GrantedToken;
  const newestSeen = new Map<string, number>();
  const note = (into: number[], id: string, memberId: string, xp: number) => {
    const [from, now] = [newestSeen.get(id) ?? 0, performance.now()];
    for (const one of heard.sent.get(memberId) ?? []) if (one.xp > from && one.xp <= xp) into.push(now - one.at);
    newestSeen.set(id, Math.max(from, xp));
  };
  return openLine({
    url: supabaseUrl,
    anonKey: stack.variables.NEXT_PUBLIC_SUPABASE_ANON_KEY ?? "",
    granted,
    transport: WebSocket as unknown as RealtimeClientOptions["transport"], // behaves like a browser's
    onBroadcast(event, payload) {
      if (event === "own") note(heard.own, "own", userId, (payload as OwnNews).progress.xp);
      if (event !== "changed") return;
      for (const change of (payload as { members: BoardChange[] }).members) {
        if (!change.left) note(heard.others, change.memberId, change.memberId, change.xp);
      }
    },
    onLost() {
      heard.lost += 1;
    },
  });
}

/** Sends one message's webhook. @returns the member's XP after it. */
async function award({ addresses }: SampleStack, heard: Heard, userId: string): Promise<number> {
  const { appUrl, webhookSecret: secret, companyId, chatExperienceId: experienceId } = addresses;
  const xp = (heard.xpOf.get(userId) ?? 0) + 20;
  heard.xpOf.set(userId, xp);
  const { path, ...request } = signedMessage({ secret, companyId, experienceId, userId });
  const sent = heard.sent.get(userId) ?? [];
  heard.sent.set(userId, sent);
  sent.push({ xp, at: performance.now() });
  const answer = await fetch(`${appUrl}${path}`, request);
  if (!answer.ok) throw new Error(`A webhook was answered with ${answer.status}.`);
  return xp;
}

/** At an even pace, whatever the answers take. */
async function load(
  seconds: number,
  userIds: readonly string[],
  send: (userId: string) => Promise<number>,
): Promise<void> {
  const began = performance.now();
  const sending: Promise<number>[] = [];
  for (let index = 0; index < seconds * AWARDS_PER_SECOND; index += 1) {
    await sleep(Math.max(0, began + (index * 1000) / AWARDS_PER_SECOND - performance.now()));
    sending.push(send(userIds[index % userIds.length] ?? ""));
  }
  await Promise.all(sending);
}

/** The budget's interval where each award also spends two messages on who earned it: they are paid by waiting. Milliseconds. */
function intervalOf(viewers: number): number {
  const pace = paceFor(viewers, PLAN_MESSAGES_PER_SECOND);
  const shareOfOwn = (2 * AWARDS_PER_SECOND * pace.perMessageMs) / 1000;
  return Math.max(SHORTEST_MS, pace.baseMs / (1 - shareOfOwn));
}

function row(heard: Heard, seen: { others: number[]; own: number[] }): Row {
  const interval = intervalOf(VIEWERS + 1);
  const [others, own] = [percentile(heard.others, 99), percentile(heard.own, 99)];
  const [onScreen, onCard] = [percentile(seen.others, 99), percentile(seen.own, 99)];
  const worstOthers = Math.max(others, onScreen) - interval;
  const worstOwn = Math.max(own, onCard);
  const whole = Math.round;
  return {
    row: "I",
    what: `award to ${VIEWERS} other members' pages, ${AWARDS_PER_SECOND} awards/s; to one's own card (p99)`,
    figure: `${whole(worstOthers)} ms over the interval; own ${whole(worstOwn)} ms`,
    yardstick: `${whole(interval)} ms between two broadcasts; heard ${heard.others.length} times, looked at ${seen.others.length} times`,
    bar: `≤ ${BAR_OTHERS_MS} ms; ≤ ${BAR_OWN_MS} ms`,
    ok: worstOthers <= BAR_OTHERS_MS && worstOwn <= BAR_OWN_MS,
    figures: { intervalMs: interval, othersMs: others, ownMs: own, screenMs: onScreen, cardMs: onCard },
  };
}
