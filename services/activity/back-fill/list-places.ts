import { sql } from "kysely";
import { AppError } from "@/lib/errors";
import type { ReadableKind } from "@/services/activity/back-fill/back-fill";
import { ask, type Turn, write } from "@/services/activity/back-fill/turn";

type Listed = { id: string; kind: ReadableKind; experience: string; name: string };

/** Asks Whop for the community's chats and forums and notes them down; what it does not let us see is noted down as that. */
export async function listPlaces(turn: Turn): Promise<void> {
  const chats = await visible(() => listChats(turn));
  const forums = await visible(() => listForums(turn));
  const refused: ReadableKind[] = [];
  if (chats === null) refused.push("chat");
  if (forums === null) refused.push("forum");
  const places = JSON.stringify([...(chats ?? []), ...(forums ?? [])]);
  await write(
    turn,
    (id) => sql`select list_back_fill_places(${id}, ${turn.token}, ${places}::jsonb, ${refused}) as answer`,
  );
}

export async function listChats(turn: Turn): Promise<Listed[]> {
  const chats = await ask(turn, "chatChannels.list", (whop) => whop.listChatChannels(turn.communityId));
  return chats.map(({ id, experienceId, name }) => ({ id, kind: "chat", experience: experienceId, name }));
}

/** Posts are asked for by the forum's experience. */
export async function listForums(turn: Turn): Promise<Listed[]> {
  const forums = await ask(turn, "forums.list", (whop) => whop.listForums(turn.communityId));
  return forums.map(({ experienceId, name }) => ({ id: experienceId, kind: "forum", experience: experienceId, name }));
}

/** Null for what may not be seen; a community that Whop does not know to us is one that has taken the app out. */
export async function visible<T>(list: () => Promise<T>): Promise<T | null> {
  try {
    return await list();
  } catch (error) {
    if (error instanceof AppError && (error.code === "forbidden" || error.code === "not_found")) return null;
    throw error;
  }
}
