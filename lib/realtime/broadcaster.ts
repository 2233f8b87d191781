import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { intervalMs, type Pace, paceFor } from "@/lib/realtime/budget";
import { type MemberChange, mergeChanges } from "@/lib/realtime/changes";
import { createSender, type OutgoingMessage, type RealtimeLog } from "@/lib/realtime/send";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { forgetChanges, type Turn, takeTurn } from "@/lib/realtime/turns";
import type { RedisClient } from "@/lib/redis/client";

/** Event of a community's topic; payload `{ members: MemberChange[] }`. */
export const CHANGED = "changed";
/** Event of a member's own topic; payload as given. */
export const OWN = "own";

export type Change = { members: readonly MemberChange[] };

export type Broadcaster = {
  /**
   * Tells a community's viewers, at once when its slot is free, else with whatever else changes until then. Ends when this
   * instance has nothing more to do for it: on a platform that freezes instances, that is what to wait for after the answer.
   * Never rejects.
   */
  publish(communityId: string, change: Change): Promise<void>;
  /** Tells one member, at once. Never rejects. */
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
/** After these, changes lie where they are until something else changes. */
const ATTEMPTS = 3;
/** One message for who sends it, one for who hears it. */
const MESSAGES_TO_ONE = 2;

type Community = {
  /** Not yet handed to Redis, or not yet sent while Redis is away. */
  pending: Map<string, MemberChange>;
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

  function communityOf(id: string): Community {
    const known = communities.get(id);
    if (known) return known;
    const made: Community = { pending: new Map(), spent: 0, viewers: 0, notBeforeMs: 0 };
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
      community.notBeforeMs = now().getTime() + takenMs(answer.value, pace);
      return answer.value;
    }
    mergeChanges(pending, community.pending.values());
    community.pending = pending;
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
    const messages: OutgoingMessage[] = [];
    for (let at = 0; at < changes.length; at += MEMBERS_PER_MESSAGE) {
      const members = changes.slice(at, at + MEMBERS_PER_MESSAGE);
      messages.push({ topic: communityTopic(id), event: CHANGED, payload: { members } });
    }
    community.spent += (messages.length - 1) * (community.viewers + 1);
    if (await send(messages)) {
      await forgetChanges(redis, id, changes);
      return true;
    }
    const newer = community.pending;
    community.pending = new Map();
    mergeChanges(community.pending, changes);
    mergeChanges(community.pending, newer.values());
    return false;
  }

  /** Until there is nothing left for this instance to do. */
  async function drive(id: string, community: Community): Promise<void> {
    let failures = 0;
    try {
      while (failures < ATTEMPTS) {
        const turn = await nextTurn(id, community);
        if (turn.kind === "wait") {
          await sleep(turn.milliseconds);
          continue;
        }
        if (turn.kind === "send") failures = (await broadcast(id, community, turn.changes)) ? 0 : failures + 1;
        if (community.pending.size === 0) break;
      }
    } catch (error) {
      log.warn({ err: error, communityId: id }, "changes were not broadcast");
    } finally {
      community.driving = undefined; // in one step with the last look: what comes now starts anew
    }
  }

  return {
    async publish(communityId, { members }) {
      const community = communityOf(communityId);
      mergeChanges(community.pending, members);
      community.driving ??= drive(communityId, community);
      return community.driving;
    },
    async publishToMember(communityId, userId, payload) {
      communityOf(communityId).spent += MESSAGES_TO_ONE;
      await send([{ topic: memberTopic(communityId, userId), event: OWN, payload }]);
    },
    async idle() {
      await Promise.all([...communities.values()].map(({ driving }) => driving));
    },
  };
}
