import type { Message, Reaction } from "../records";
import { messageView } from "../views";
import type { World } from "../world";
import { type SnapshotParts, takeSnapshot } from "./snapshot";
import type { FrameTarget } from "./target";

const EVERY_MS = 1_000;
const AT_ONCE_MS = 80;

export interface LiveFeed {
  message(message: Message): void;
  /** Also when a reaction was taken back. */
  reaction(reaction: Pick<Reaction, "messageId">): void;
  deleted(message: Message): void;
  /** Something has been written, liked or deleted in a forum. */
  forum(experienceId: string): void;
  /** Something of the snapshot has changed. */
  changed(): void;
  /**
   * A stream of server-sent events: `snapshot` when it differs, `message` for each new one, `reaction` with the message it changed,
   * `deleted` with the message that is gone, `forum` with the forum that has changed.
   */
  open(target: FrameTarget, companyId: string, userId: string): Response;
}

type Listener = { companyId: string; tell(event: string, data: unknown): void; hurry(): void };

/** Tells open pages what happens in the simulated Whop. */
export function createLiveFeed(parts: SnapshotParts): LiveFeed {
  const listeners = new Set<Listener>();

  function tellOf(event: "message" | "reaction", messageId: string): void {
    const message = parts.world.message(messageId);
    const channel = message && parts.world.channel(message.channelId);
    if (!message || !channel) return;
    for (const { companyId, tell, hurry } of listeners) {
      // Direct messages are in the snapshot of those they are to.
      if (channel.type !== "chat") hurry();
      else if (companyId === channel.companyId) tell(event, chatView(parts, message));
    }
  }

  return {
    message: ({ id }) => tellOf("message", id),
    reaction: ({ messageId }) => tellOf("reaction", messageId),
    deleted: ({ id, channelId }) => {
      const companyId = parts.world.channel(channelId)?.companyId;
      for (const listener of listeners) if (listener.companyId === companyId) listener.tell("deleted", { id });
    },
    forum: (experienceId) => {
      const companyId = parts.world.experience(experienceId)?.companyId;
      for (const listener of listeners) {
        if (listener.companyId === companyId) listener.tell("forum", { experienceId });
      }
    },
    changed: () => {
      for (const { hurry } of listeners) hurry();
    },
    open: (target, companyId, userId) => {
      let close: () => void = () => undefined;
      const body = new ReadableStream<Uint8Array>({
        start: (controller) => {
          const encoder = new TextEncoder();
          const tell = (event: string, data: unknown) =>
            controller.enqueue(encoder.encode(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`));
          const ticker = startTicker(parts, target, companyId, userId, tell);
          const listener = { companyId, tell, hurry: ticker.hurry };
          listeners.add(listener);
          close = () => {
            ticker.stop();
            listeners.delete(listener);
          };
        },
        cancel: () => close(),
      });
      const headers = { "Content-Type": "text/event-stream", "Cache-Control": "no-store" };
      return new Response(body, { headers });
    },
  };
}

/** A message as the page shows it. */
export function chatView({ world }: Pick<SnapshotParts, "world">, message: Message) {
  const { hasPicture } = world.user(message.userId) ?? {};
  const reactions = world.reactionsTo(message.id).map(({ emoji, userId }) => ({ emoji, userId }));
  const picture = hasPicture ? `/avatars/${message.userId}.png` : null;
  const experienceId = world.channel(message.channelId)?.experienceId ?? null;
  const replyingTo = repliedTo(world, message);
  return { ...messageView(world, message), experienceId, picture, reactions, replyingTo };
}

function repliedTo(world: World, { replyingToId }: Message): { name: string; content: string } | null {
  const message = replyingToId === null ? undefined : world.message(replyingToId);
  if (!message) return null;
  const { name, username } = world.user(message.userId) ?? {};
  return { name: name ?? username ?? message.userId, content: message.content };
}

export type ChatView = ReturnType<typeof chatView>;

/** Sends the snapshot when it differs from the last one: each second, and soon after something has happened. */
function startTicker(
  parts: SnapshotParts,
  target: FrameTarget,
  companyId: string,
  userId: string,
  tell: (event: string, data: unknown) => void,
) {
  let last = "";
  let isStopped = false;
  let timer = setTimeout(tick, 0);
  let isBusy = false;
  let isHurried = false;

  async function tick(): Promise<void> {
    isBusy = true;
    isHurried = false;
    try {
      const snapshot = await takeSnapshot(parts, target, companyId, userId);
      const text = JSON.stringify(snapshot);
      if (!isStopped && text !== last) tell("snapshot", snapshot);
      last = text;
    } catch (error) {
      // The app's database may be away, which is what some come here to see; the next tick asks again.
      if (!isStopped) tell("away", { message: error instanceof Error ? error.message : String(error) });
    }
    isBusy = false;
    if (!isStopped) timer = setTimeout(tick, EVERY_MS);
  }

  return {
    hurry: () => {
      if (isBusy || isHurried || isStopped) return;
      isHurried = true;
      clearTimeout(timer);
      timer = setTimeout(tick, AT_ONCE_MS);
    },
    stop: () => {
      isStopped = true;
      clearTimeout(timer);
    },
  };
}
