import type { World } from "../world";

const SHOWN = 20;

/** Something that somebody was told alone. */
export interface InboxRow {
  id: string;
  kind: "push" | "direct_message";
  /** Of a push; who wrote a direct message. */
  title: string;
  text: string;
  at: string;
}

/** A member's pushes and the direct messages of others to them, newest first. */
export function inboxOf(world: World, companyId: string, userId: string): InboxRow[] {
  if (world.accessLevel(userId, companyId) === "no_access") return [];
  const pushes = world.notificationsTo(companyId, userId).map(({ id, title, content, createdAt }): InboxRow => {
    return { id, kind: "push", title, text: content, at: createdAt };
  });
  const messages = world.directChannelsOf(companyId, userId).flatMap(({ id }) => world.messagesIn(id));
  const direct = messages
    .filter((message) => message.userId !== userId)
    .map(({ id, userId: writerId, content, createdAt }): InboxRow => {
      const writer = world.user(writerId);
      return { id, kind: "direct_message", title: writer?.name ?? writerId, text: content, at: createdAt };
    });
  return [...pushes, ...direct].toSorted((one, other) => (one.at < other.at ? 1 : -1)).slice(0, SHOWN);
}
