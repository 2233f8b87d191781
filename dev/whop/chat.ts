import { newId } from "./random";
import type { Channel, Message, MessageType, Reaction, WorldData } from "./records";

/** Older messages are forgotten, so that a demo may run for weeks. */
const KEPT_PER_CHANNEL = 10_000;

export interface NewMessage {
  userId: string;
  /** A channel (`feed_…`) or the experience (`exp_…`) of a chat. */
  channelId: string;
  content: string;
  type?: MessageType;
  replyingToId?: string | null;
  createdAt?: Date;
  /** False keeps Whop from telling the app by webhook: a gap that only reading the channel can fill. */
  deliver?: boolean;
}

export interface NewReaction {
  userId: string;
  messageId: string;
  emoji?: string;
  createdAt?: Date;
  deliver?: boolean;
}

/** Told of what deserves a webhook. */
export interface ChatEvents {
  message?(message: Message): void;
  reaction?(reaction: Reaction): void;
  /** Whop sends no webhook for it. */
  deleted?(message: Message): void;
}

export interface Chat {
  /** By its own id or by its experience's. */
  channel(id: string): Channel | undefined;
  channelsOf(companyId: string): Channel[];
  postMessage(message: NewMessage): Message;
  deleteMessage(id: string): void;
  pinMessage(id: string, isPinned?: boolean): void;
  message(id: string): Message | undefined;
  /** Oldest first. */
  messagesIn(channelId: string): readonly Message[];
  /** The same reaction again answers the first and tells nobody. */
  react(reaction: NewReaction): Reaction;
  unreact(id: string): void;
  /** Oldest first. */
  reactionsTo(messageId: string): readonly Reaction[];
  chatData(): Pick<WorldData, "messages" | "reactions">;
}

interface ChatOptions {
  data?: Pick<WorldData, "messages" | "reactions">;
  channels: Map<string, Channel>;
  now: () => Date;
  events: ChatEvents;
  keptPerChannel?: number;
}

export function createChat({ data, channels, now, events, keptPerChannel }: ChatOptions): Chat {
  const messages = new Map<string, Message>();
  const timelines = new Map<string, Message[]>();
  const reactions = new Map<string, Reaction[]>();

  function keepMessage(message: Message) {
    messages.set(message.id, message);
    const timeline = timelines.get(message.channelId) ?? [];
    timelines.set(message.channelId, timeline);
    const later = timeline.findLastIndex((one) => orderOf(one) <= orderOf(message));
    timeline.splice(later + 1, 0, message);
    if (timeline.length > (keptPerChannel ?? KEPT_PER_CHANNEL)) forget(timeline[0]?.id ?? "");
  }

  function keepReaction(reaction: Reaction) {
    reactions.set(reaction.messageId, [...(reactions.get(reaction.messageId) ?? []), reaction]);
  }

  function forget(messageId: string) {
    const timeline = timelines.get(messages.get(messageId)?.channelId ?? "");
    const position = timeline?.findIndex((one) => one.id === messageId) ?? -1;
    if (position >= 0) timeline?.splice(position, 1);
    messages.delete(messageId);
    reactions.delete(messageId);
  }

  function channel(id: string): Channel | undefined {
    return channels.get(id) ?? [...channels.values()].find((one) => one.experienceId === id);
  }

  for (const message of data?.messages ?? []) keepMessage(message);
  for (const reaction of data?.reactions ?? []) keepReaction(reaction);

  return {
    channel,
    channelsOf: (companyId) =>
      [...channels.values()].filter((one) => one.companyId === companyId && one.type === "chat"),
    postMessage: ({ createdAt = now(), deliver = true, type = "regular", replyingToId = null, ...given }) => {
      const channelId = channel(given.channelId)?.id;
      if (channelId === undefined) throw new Error(`There is no channel ${given.channelId}.`);
      const { userId, content } = given;
      const at = createdAt.toISOString();
      const message = { id: newId("post"), channelId, userId, content, type, replyingToId, createdAt: at };
      keepMessage(message);
      if (deliver) events.message?.(message);
      return message;
    },
    deleteMessage: (id) => {
      const message = messages.get(id);
      forget(id);
      if (message) events.deleted?.(message);
    },
    pinMessage: (id, isPinned = true) => {
      const message = messages.get(id);
      if (message) message.isPinned = isPinned;
    },
    message: (id) => messages.get(id),
    messagesIn: (channelId) => timelines.get(channelId) ?? [],
    react: ({ userId, messageId, emoji = ":heart:", createdAt = now(), deliver = true }) => {
      if (!messages.has(messageId)) throw new Error(`There is no message ${messageId}.`);
      const before = reactions.get(messageId)?.find((one) => one.userId === userId && one.emoji === emoji);
      if (before) return before;
      const reaction = { id: newId("reac"), messageId, userId, emoji, createdAt: createdAt.toISOString() };
      keepReaction(reaction);
      if (deliver) events.reaction?.(reaction);
      return reaction;
    },
    unreact: (id) => {
      for (const [messageId, given] of reactions)
        reactions.set(
          messageId,
          given.filter((one) => one.id !== id),
        );
    },
    reactionsTo: (messageId) => reactions.get(messageId) ?? [],
    chatData: () => ({ messages: [...messages.values()], reactions: [...reactions.values()].flat() }),
  };
}

/** Sorts as text: ISO times of one form, then ids. */
export const orderOf = (record: { createdAt: string; id: string }) => `${record.createdAt} ${record.id}`;
