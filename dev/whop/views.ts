import type { Company, Message, Reaction, User } from "./records";
import type { World } from "./world";

/** Records in the words of Whop's API, for answers and webhooks alike. */

export function userView(user: User, url: string) {
  return {
    id: user.id,
    username: user.username,
    name: user.name,
    bio: user.bio,
    created_at: user.createdAt,
    profile_picture: user.hasPicture ? { url: `${url}/avatars/${user.id}.png` } : null,
  };
}

export function briefUser(world: World, userId: string) {
  const user = world.user(userId);
  return { id: userId, username: user?.username ?? userId, name: user?.name ?? null };
}

export function briefCompany(company: Company) {
  return { id: company.id, title: company.title, route: company.route };
}

export function messageView(world: World, message: Message) {
  return {
    id: message.id,
    content: message.content,
    created_at: message.createdAt,
    updated_at: message.createdAt,
    is_edited: false,
    is_pinned: false,
    mentions: [],
    mentions_everyone: false,
    message_type: message.type,
    poll: null,
    poll_votes: [],
    reaction_counts: countByEmoji(world.reactionsTo(message.id)),
    replying_to_message_id: message.replyingToId,
    user: briefUser(world, message.userId),
    view_count: null,
  };
}

export function reactionView(world: World, reaction: Reaction) {
  return {
    id: reaction.id,
    resource_id: reaction.messageId,
    emoji: reaction.emoji,
    user: briefUser(world, reaction.userId),
  };
}

function countByEmoji(reactions: readonly Reaction[]) {
  const counts = new Map<string, number>();
  for (const { emoji } of reactions) counts.set(emoji, (counts.get(emoji) ?? 0) + 1);
  return [...counts].map(([emoji, count]) => ({ emoji, count }));
}
