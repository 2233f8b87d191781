import { setTimeout as sleep } from "node:timers/promises";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { type TrailingRuns, trailingRuns } from "@/lib/trailing-runs";
import { secondsToNextReply } from "@/services/notifications/commands/find-next-reply";
import { sendReplies } from "@/services/notifications/commands/send-replies";
import { deliver } from "@/services/notifications/deliver";
import type { Receipt } from "@/services/xp/receipt";

/** A function on Vercel must not be kept for a long queue: what is left then is for the next run. */
const LONGEST_MS = 20_000;
const MOST_ROUNDS = 10;
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_SECONDS = 7;

/** Replies have lanes of their own, so that none waits behind a community's rewards. */
const lanesOf = perDatabase<{ all: TrailingRuns; replies: TrailingRuns; followed: Set<string> }>(() => ({
  all: trailingRuns({ maxInFlight: 2 }),
  replies: trailingRuns({ maxInFlight: 8 }),
  followed: new Set(),
}));

/**
 * Sends what a community has waiting, right after the answer. However many ask, one run of a community is under way and one
 * follows. Nothing depends on it: what fails here is for the jobs, and never fails the request.
 */
export function deliverSoon(deps: Deps, communityId: string): void {
  const run = () => deliver(deps, { communityId, until: until(deps) });
  inBackground(deps, lanesOf(deps.db).all.ask(communityId, run));
}

/** After an award that brought a level or a reward; costs nothing after any other. */
export function deliverAfterAward(deps: Deps, communityId: string, { oldLevel, newLevel, rewards }: Receipt): void {
  if (newLevel > oldLevel || rewards.length > 0) deliverSoon(deps, communityId);
}

/** Answers commands, before anything else that the community has waiting. */
export function replySoon(deps: Deps, communityId: string): void {
  inBackground(deps, reply(deps, communityId));
}

/** What Whop's share did not allow just now it allows in a second, and a reply is of no use once a job comes to it. */
async function reply(deps: Deps, communityId: string): Promise<void> {
  const { replies, followed } = lanesOf(deps.db);
  const run = () => sendReplies(deps, communityId, until(deps));
  await replies.ask(communityId, run);
  if (followed.has(communityId)) return;
  followed.add(communityId);
  try {
    for (let rounds = 0; rounds < MOST_ROUNDS; rounds += 1) {
      const seconds = await secondsToNextReply(deps, communityId);
      if (seconds === null || seconds > LONGEST_PAUSE_SECONDS) return;
      await sleep(SHORTEST_PAUSE_MS + seconds * 1000, undefined, { ref: false });
      await replies.ask(communityId, run);
    }
  } finally {
    followed.delete(communityId);
  }
}

const until = (deps: Pick<Deps, "now">) => new Date(deps.now().getTime() + LONGEST_MS);
