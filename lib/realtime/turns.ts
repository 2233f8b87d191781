import { LONGEST_ADDED_MS, type Pace, SHORTEST_MS } from "@/lib/realtime/budget";
import { type MemberChange, readStoredForm, storedForm } from "@/lib/realtime/changes";
import type { Answer, RedisClient } from "@/lib/redis/client";

/**
 * What to do next about a community: send these, after which the slot is taken for so long; ask again later, because the slot
 * is taken and nobody else waits for it; or nothing, because nothing is left or another instance waits and will send it.
 */
export type Turn =
  | { kind: "send"; changes: MemberChange[]; intervalMs: number }
  | { kind: "wait"; milliseconds: number }
  | { kind: "done" };

export type TurnRequest = {
  communityId: string;
  /** Of the instance that asks. */
  instance: string;
  changes: readonly MemberChange[];
  /** Messages that the instance has sent beside broadcasts since it asked last. */
  spent: number;
  pace: Pace;
};

/** A waiting instance that is this late has died. */
const GRACE_MS = 2_000;
/** Changes that nobody has sent by then are of no use: pages have asked the database meanwhile. */
const KEPT_MS = 60_000;

const keysOf = (communityId: string) =>
  ["pending", "slot", "waiter", "spent"].map((part) => `realtime:{${communityId}}:${part}`);

/**
 * All instances put their changes into one hash, where the newest state of a member wins, and share one slot: a key that only
 * one can set and that lives for the interval (see budget.ts). Who sets it sends all that lies there. One of the others waits
 * for the slot, so that what comes last is sent too.
 */
const TAKE_TURN = `
local pending, slot, waiter, spent = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local me, base, each, longest, shortest = ARGV[1], tonumber(ARGV[3]), tonumber(ARGV[4]), tonumber(ARGV[5]), tonumber(ARGV[6])
for i = 7, #ARGV, 3 do
  local known = redis.call('HGET', pending, ARGV[i])
  if not known or tonumber(string.match(known, '^%d+')) <= tonumber(ARGV[i + 1]) then
    redis.call('HSET', pending, ARGV[i], ARGV[i + 2])
  end
end
local owed = redis.call('INCRBY', spent, ARGV[2])
redis.call('PEXPIRE', spent, ${KEPT_MS})
local waiting = redis.call('GET', waiter)
if redis.call('HLEN', pending) == 0 then
  if waiting == me then redis.call('DEL', waiter) end
  return {'done'}
end
redis.call('PEXPIRE', pending, ${KEPT_MS})
local interval = math.ceil(math.max(shortest, base + math.min(owed * each, longest)))
if redis.call('SET', slot, me, 'NX', 'PX', interval) then
  redis.call('DEL', spent)
  if waiting == me then redis.call('DEL', waiter) end
  return {'send', interval, redis.call('HVALS', pending)}
end
if waiting and waiting ~= me then return {'done'} end
local left = math.max(redis.call('PTTL', slot), 1)
redis.call('SET', waiter, me, 'PX', left + ${GRACE_MS})
return {'wait', left}
`;

/** Takes out what has been sent, unless a newer state has come meanwhile. */
const FORGET = `
for i = 1, #ARGV, 2 do
  if redis.call('HGET', KEYS[1], ARGV[i]) == ARGV[i + 1] then redis.call('HDEL', KEYS[1], ARGV[i]) end
end
return 0
`;

type Reply = ["send", number, string[]] | ["wait", number] | ["done"];

/** Asks Redis, which has the changes from then on. Not ok when Redis is away. */
export async function takeTurn(redis: RedisClient, request: TurnRequest): Promise<Answer<Turn>> {
  const { communityId, instance, changes, spent, pace } = request;
  const numbers = [spent, pace.baseMs, pace.perMessageMs, LONGEST_ADDED_MS, SHORTEST_MS].map(String);
  const changed = changes.flatMap((change) => [change.memberId, String(change.version), storedForm(change)]);
  return redis.run("take a turn to broadcast", async (client) => {
    const reply = await client.eval<string[], Reply>(TAKE_TURN, keysOf(communityId), [
      instance,
      ...numbers,
      ...changed,
    ]);
    if (reply[0] === "send") return { kind: "send", intervalMs: reply[1], changes: reply[2].map(readStoredForm) };
    return reply[0] === "wait" ? { kind: "wait", milliseconds: reply[1] } : { kind: "done" };
  });
}

/** To be told once the changes are sent; until then they stay, for whoever has the next turn. */
export async function forgetChanges(
  redis: RedisClient,
  communityId: string,
  changes: readonly MemberChange[],
): Promise<void> {
  const sent = changes.flatMap((change) => [change.memberId, storedForm(change)]);
  await redis.run("forget what was broadcast", (client) => client.eval(FORGET, keysOf(communityId).slice(0, 1), sent));
}
