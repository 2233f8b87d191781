import { randomInt } from "node:crypto";
import type { BenchDatabase } from "@/bench/databases";
import { newId } from "@/dev/whop/random";
import type { Activity } from "@/services/xp/activity";

/**
 * Keeps some clients busy, each with its next piece of work as soon as the last is done.
 * @param work resolves to how many things it did.
 * @returns things a second.
 */
export async function perSecond(clients: number, seconds: number, work: () => Promise<number>): Promise<number> {
  const began = performance.now();
  let done = 0;
  const client = async () => {
    while (performance.now() - began < seconds * 1000) {
      const more = await work(); // `done += await …` would read the sum before waiting, and lose what others added
      done += more;
    }
  };
  await Promise.all(Array.from({ length: clients }, client));
  return (done / (performance.now() - began)) * 1000;
}

/** Milliseconds that each of some repetitions takes, one after the other. */
export async function millisecondsEach(times: number, work: (index: number) => Promise<unknown>): Promise<number[]> {
  const taken: number[] = [];
  for (let index = 0; index < times; index += 1) {
    const began = performance.now();
    await work(index);
    taken.push(performance.now() - began);
  }
  return taken;
}

export function anyCommunity({ communities }: BenchDatabase): { communityId: string; members: number } {
  const community = communities[randomInt(communities.length)];
  if (!community) throw new Error("The database has no community.");
  return community;
}

/** A message that a member writes now. */
export function aMessage(userId: string, occurredAt = new Date()): Activity {
  return {
    activityId: `message:${newId("post")}`,
    userId,
    action: "message",
    occurredAt,
    experienceId: "exp_bench",
    contentLength: 40,
    contentHash: "00112233445566778899aabbccddeeff",
    source: "webhook",
  };
}

export const anyMember = (members: number) => `user_${1 + randomInt(members)}`;
/** One of those whom the seed has active today. */
export const activeMember = (members: number) => `user_${2 * (1 + randomInt(members >> 1))}`;
