import { setTimeout as sleep } from "node:timers/promises";
import type { BoundedLog } from "@/dev/bounded-log";
import type { Person } from "@/dev/seed/cast";
import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import { createDraws, type Draws } from "@/dev/seed/draws";
import { drawMessage } from "@/dev/seed/texts";
import type { Message } from "@/dev/whop/records";
import type { WhopSimulator } from "@/dev/whop/simulator";

/** More webhooks than this under way mean that the app is away: members then wait for it. */
const PATIENCE = 200;
const EMOJI = [":heart:", ":fire:", ":joy:", ":rocket:", ":clap:", ":eyes:"];

export type MembersOptions = {
  whop: Pick<WhopSimulator, "world" | "webhooks">;
  sample: Sample;
  log: BoundedLog;
  /** Another number, other conversations. */
  seed: number;
  /** Members whom nobody plays either. */
  spared?: readonly string[];
  /** Whether they write from the start; true by default. */
  isWriting?: boolean;
};

export type Members = {
  isWriting(): boolean;
  setWriting(on: boolean): void;
  stop(): Promise<void>;
};

/** How soon a pause is noticed to be over. */
const LOOK_EVERY_MS = 250;

/**
 * Simulated members who chat and react, in bursts of one to three a second, as long as the stack runs. Nobody plays the admin, the
 * moderator and the member of `stack.json`: what those do is up to whoever looks at the demo.
 */
export function startMembers({ whop, sample, log, seed, spared = [], ...options }: MembersOptions): Members {
  let isWriting = options.isWriting ?? true;
  const draws = createDraws(seed, "members");
  const stopping = new AbortController();
  const { signal } = stopping;

  async function live(): Promise<void> {
    while (!signal.aborted) {
      try {
        while (!isWriting) await sleep(LOOK_EVERY_MS, undefined, { signal });
        await converse(whop, drawConversation(draws, sample, spared), draws, () => isWriting, signal);
        await sleep(draws.whole(500, 4_000), undefined, { signal });
        await untilHeard(whop, signal);
      } catch (error) {
        if (signal.aborted) return;
        log.write(`${new Date().toISOString()} ${error instanceof Error ? error.message : String(error)}\n`);
        await sleep(1_000);
      }
    }
  }

  const living = live();
  return {
    isWriting: () => isWriting,
    setWriting: (on) => {
      isWriting = on;
    },
    stop: () => {
      stopping.abort();
      return living;
    },
  };
}

type Conversation = { community: SampleCommunity; channelId: string; people: Person[]; messages: number };

function drawConversation(draws: Draws, { communities }: Sample, spared: readonly string[]): Conversation {
  const community = communities[draws.weighted([9, 1])];
  if (!community) throw new Error("The sample has no community.");
  const chats = community.playground ? [...community.chats, community.playground] : community.chats;
  const chat = chats[draws.weighted(chats.map(({ weight }) => weight))];
  const notPlayed = [community.adminId, community.moderatorId, community.memberId, ...spared];
  const present = community.people.filter(({ id, leftAt, silentFrom }) => {
    return leftAt === null && silentFrom === null && !notPlayed.includes(id);
  });
  // Who has always talked most does so now, and onlookers say something now and then.
  const weights = present.map(({ messagesPerDay }) => Math.sqrt(messagesPerDay) + 0.15);
  const people = Array.from({ length: draws.whole(4, 12) }, () => present[draws.weighted(weights)]);
  return {
    community,
    channelId: chat?.channelId ?? "",
    people: people.filter((person) => person !== undefined),
    messages: draws.whole(5, 16),
  };
}

async function converse(
  { world }: Pick<WhopSimulator, "world">,
  { community, channelId, people, messages }: Conversation,
  draws: Draws,
  isWriting: () => boolean,
  signal: AbortSignal,
): Promise<void> {
  const said: Message[] = world.messagesIn(channelId).slice(-5);
  for (let left = messages; left > 0 && isWriting(); left -= 1) {
    const { id: userId } = draws.pick(people);
    const replyingToId = draws.chance(0.2) ? (said.at(-1)?.id ?? null) : null;
    said.push(world.postMessage({ userId, channelId, content: drawMessage(draws, community.topic), replyingToId }));
    await sleep(draws.whole(150, 900), undefined, { signal });
    if (!draws.chance(0.3)) continue;
    const message = draws.pick(said.slice(-4));
    const others = people.filter(({ id }) => id !== message.userId);
    if (others.length === 0) continue;
    world.react({ userId: draws.pick(others).id, messageId: message.id, emoji: draws.pick(EMOJI) });
    await sleep(draws.whole(50, 400), undefined, { signal });
  }
}

async function untilHeard({ webhooks }: Pick<WhopSimulator, "webhooks">, signal: AbortSignal): Promise<void> {
  const waiting = () => webhooks.deliveries().filter(({ state }) => state === "pending").length;
  while (waiting() > PATIENCE) await sleep(1_000, undefined, { signal });
}
