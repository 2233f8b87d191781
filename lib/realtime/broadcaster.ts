import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { intervalMs, MESSAGES_TO_ONE, ownNewsPerSecond, type Pace, paceFor } from "@/lib/realtime/budget";
import { EVERYBODY, type MemberChange, mergeChanges } from "@/lib/realtime/changes";
import { createPaced } from "@/lib/realtime/paced";
import { createSender, type OutgoingMessage, type RealtimeLog } from "@/lib/realtime/send";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { forgetChanges, type Turn, takeTurn } from "@/lib/realtime/turns";
import type { RedisClient } from "@/lib/redis/client";

/** Event of a community's topic; payload `{ members: MemberChange[] }`. */
const CHANGED = "changed";
/** Event of a community's topic, without a payload: more has changed than can be told, ask the database. */
const RESYNC = "resync";
/** Event of a member's own topic; payload as given. */
const OWN = "own";

export type Change = { members: readonly MemberChange[] };

export type Broadcaster = {
  /**
   * Tells a community's viewers, at once when its slot is free, else with whatever else changes until then. Ends when this
   * instance has nothing more to do for it: on a platform that freezes instances, that is what to wait for after the answer.
   * Never rejects.
   */
  publish(communityId: string, change: Change): Promise<void>;
  /** Tells a community's viewers to ask the database, when its slot is free; other changes need not be told then. As `publish`. */
  publishResync(communityId: string): Promise<void>;
  /** Tells one member, at once while the plan has room for it; else the newest as soon as it has. Never rejects. */
  publishToMember(communityId: string, userId: string, payload: object): Promise<void>;
  /** Ends when nothing is waiting to be sent. */
  idle(): Promise<void>;
};

export type BroadcasterOptions = {
  /** The Supabase project's. */
  supabaseUrl: string;
  serviceRoleKey: string;
  redis: RedisClient;
  log: RealtimeLog;
  now(): Date;
  /** The Supabase plan's limit: 100, 500 or 2,500. */
  planMessagesPerSecond: number;
  /** How many connections listen to a community now. */
  viewers(communityId: string): number | Promise<number>;
  /** For one attempt to reach Realtime. Default 2,000. */
  timeoutMs?: number;
};

/** A community with much news at once: several messages in one request, each far below Realtime's limit of 250 kB. */
const MEMBERS_PER_MESSAGE = 500;
/** While Realtime cannot be reached; after the last one changes lie where they are until something else changes. */
const PAUSES_MS = [1_000, 2_000, 5_000, 5_000, 5_000, 5_000, 5_000];

type Community = {
  /** Not yet handed to Redis, or not yet sent while Redis is away. */
  pending: Map<string, MemberChange>;
  /** Could not be sent, and lie in Redis, unless it goes away too. */
  unsent: Map<string, MemberChange>;
  spent: number;
  viewers: number;
  /** The slot of this process, for when Redis is away. Milliseconds since 1970. */
  notBeforeMs: number;
  driving?: Promise<void>;
};

/** How long the slot that all share may be taken from now on: so long a process keeps quiet if Redis then goes away. */
function takenMs(turn: Turn, pace: Pace): number {
  if (turn.kind === "send") return turn.intervalMs;
  return turn.kind === "wait" ? turn.milliseconds : intervalMs(pace, 0);
}

/** Sends what changes to those who watch, within the plan's limit: see budget.ts for the pace and turns.ts for the slot. */
export function createBroadcaster(options: BroadcasterOptions): Broadcaster {
  const { redis, log, now, planMessagesPerSecond } = options;
  const send = createSender(options);
  const instance = randomUUID();
  const communities = new Map<string, Community>();
  const own = createPaced<{ communityId: string; payload: object }>(ownNewsPerSecond(planMessagesPerSecond), (news) => {
    for (const [, { communityId }] of news) communityOf(communityId).spent += MESSAGES_TO_ONE;
    return send(news.map(([topic, { payload }]) => ({ topic, event: OWN, payload })));
  });

  function communityOf(id: string): Community {
    const known = communities.get(id);
    if (known) return known;
    const made: Community = { pending: new Map(), unsent: new Map(), spent: 0, viewers: 0, notBeforeMs: 0 };
    communities.set(id, made);
    return made;
  }

  async function paceOf(id: string, community: Community): Promise<Pace> {
    try {
      community.viewers = await options.viewers(id);
    } catch (error) {
      log.warn({ err: error, communityId: id }, "viewers were not counted; taking the number before");
    }
    return paceFor(community.viewers, planMessagesPerSecond);
  }

  async function nextTurn(id: string, community: Community): Promise<Turn> {
    const pace = await paceOf(id, community);
    const { pending, spent } = community;
    community.pending = new Map();
    community.spent = 0;
    const changes = [...pending.values()];
    const answer = await takeTurn(redis, { communityId: id, instance, changes, spent, pace });
    if (answer.ok) {
      community.unsent = new Map();
      community.notBeforeMs = now().getTime() + takenMs(answer.value, pace);
      return answer.value;
    }
    mergeChanges(pending, community.unsent.values());
    mergeChanges(pending, community.pending.values());
    [community.pending, community.unsent] = [pending, new Map()];
    community.spent += spent;
    return ownTurn(community, pace);
  }

  /** The same by this process alone. What Redis still holds is sent when it is back. */
  function ownTurn(community: Community, pace: Pace): Turn {
    if (community.pending.size === 0) return { kind: "done" };
    const left = community.notBeforeMs - now().getTime();
    if (left > 0) return { kind: "wait", milliseconds: left };
    const interval = intervalMs(pace, community.spent);
    community.notBeforeMs = now().getTime() + interval;
    community.spent = 0;
    const changes = [...community.pending.values()];
    community.pending = new Map();
    return { kind: "send", changes, intervalMs: interval };
  }

  async function broadcast(id: string, community: Community, changes: readonly MemberChange[]): Promise<boolean> {
    const messages = messagesOf(communityTopic(id), changes);
    community.spent += (messages.length - 1) * (community.viewers + 1);
    if (await send(messages)) {
      await forgetChanges(redis, id, changes);
      return true;
    }
    mergeChanges(community.unsent, changes);
    return false;
  }

  /** Until there is nothing left for this instance to do. */
  async function drive(id: string, community: Community): Promise<void> {
    const pausesMs = [...PAUSES_MS];
    try {
      for (;;) {
        const turn = await nextTurn(id, community);
        if (turn.kind === "wait") {
          await sleep(turn.milliseconds);
        } else if (turn.kind === "send" && !(await broadcast(id, community, turn.changes))) {
          const pauseMs = pausesMs.shift();
          if (pauseMs === undefined) break;
          // Others may send it meanwhile, and leave nothing to do.
          await sleep(pauseMs);
        } else if (community.pending.size === 0) {
          break;
        }
      }
    } catch (error) {
      log.warn({ err: error, communityId: id }, "changes were not broadcast");
    } finally {
      community.driving = undefined; // in one step with the last look: what comes now starts anew
    }
  }

  async function publish(communityId: string, { members }: Change): Promise<void> {
    const community = communityOf(communityId);
    mergeChanges(community.pending, members);
    community.driving ??= drive(communityId, community);
    return community.driving;
  }

  return {
    publish,
    publishResync: (communityId) =>
      publish(communityId, { members: [{ memberId: EVERYBODY, version: now().getTime() }] }),
    publishToMember: (communityId, userId, payload) =>
      own.add(memberTopic(communityId, userId), { communityId, payload }),
    async idle() {
      await Promise.all([own.idle(), ...[...communities.values()].map(({ driving }) => driving)]);
    },
  };
}

function messagesOf(topic: string, changes: readonly MemberChange[]): OutgoingMessage[] {
  if (changes.some(({ memberId }) => memberId === EVERYBODY)) return [{ topic, event: RESYNC, payload: {} }];
  const messages: OutgoingMessage[] = [];
  for (let at = 0; at < changes.length; at += MEMBERS_PER_MESSAGE) {
    messages.push({ topic, event: CHANGED, payload: { members: changes.slice(at, at + MEMBERS_PER_MESSAGE) } });
  }
  return messages;
}
