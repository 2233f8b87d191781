import { randomUUID } from "node:crypto";
import type { CommunityInWhop } from "@/tests/support/whop";

interface Facts {
  id?: string;
  userId?: string;
  content?: string | null;
  createdAt?: Date;
  messageType?: string;
  channelType?: string;
  experienceId?: string | null;
}

/** `chat.message.created` as Whop sends it. */
export function aMessageEvent(place: CommunityInWhop, facts: Facts = {}) {
  const { userId = place.memberId, createdAt = new Date(Date.now() - 60_000), content = "Hello there" } = facts;
  return {
    id: `msg_${randomUUID()}`,
    type: "chat.message.created",
    api_version: "v1",
    timestamp: new Date().toISOString(),
    company_id: place.companyId,
    data: {
      reason: "message",
      channel: {
        id: "feed_general",
        type: facts.channelType ?? "chat",
        experience_id: facts.experienceId === undefined ? place.chatExperienceId : facts.experienceId,
      },
      message: {
        id: facts.id ?? `post_${randomUUID()}`,
        content,
        created_at: createdAt.toISOString(),
        message_type: facts.messageType ?? "regular",
        user: { id: userId, username: "mia", name: "Mia Member" },
      },
    },
  };
}

/** `chat.reaction.created` as Whop sends it: it has a time only in its envelope. */
export function aReactionEvent(place: CommunityInWhop, facts: Facts & { author?: string; emoji?: string } = {}) {
  const message = aMessageEvent(place, { ...facts, userId: facts.author ?? place.ownerId });
  const user = { id: facts.userId ?? place.memberId, username: "mia", name: "Mia Member" };
  const reaction = { id: `reac_${randomUUID()}`, emoji: facts.emoji ?? ":heart:", user };
  return { ...message, type: "chat.reaction.created", data: { ...message.data, reason: "message_reaction", reaction } };
}

/** The owner's form of a message. Without an id unless one is given. */
export function anOwnerEvent(place: CommunityInWhop, facts: Facts = {}, action = "message.created") {
  const { id, userId = place.memberId, content = "Hello there", createdAt = new Date(Date.now() - 60_000) } = facts;
  return {
    action,
    data: {
      ...(id === undefined ? {} : { id }),
      user_id: userId,
      experience_id: facts.experienceId ?? place.chatExperienceId,
      content,
      created_at: createdAt.toISOString(),
    },
  };
}
