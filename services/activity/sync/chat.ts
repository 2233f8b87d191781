import { AppError } from "@/lib/errors";
import { readChannel } from "@/services/activity/sync/chat-channel";
import type { Feature, Finished } from "@/services/activity/sync/feature";
import { keepPlaces, listPlaces, type Place, secondsSinceListed } from "@/services/activity/sync/places.queries";
import { endRun, runBeganAt } from "@/services/activity/sync/run-over-turns";
import { settleMissing } from "@/services/activity/sync/settle-missing";
import type { Slice } from "@/services/activity/sync/slice";

/** Channels come and go more seldom. */
const LIST_EVERY_SECONDS = 600;

/** Reads the chats once more: what webhooks have missed is recorded, what has been deleted taken out. */
export const chat: Feature = { name: "chat", permission: "chat:read", sync: readChats };

async function readChats(slice: Slice): Promise<Finished> {
  const { communityId } = slice;
  const listed = await slice.find((trx) => secondsSinceListed(trx, communityId, "chat"));
  if (listed === null || listed > LIST_EVERY_SECONDS) await listChannels(slice);
  const read = await readChannels(slice, await runBeganAt(slice));
  await settleMissing(slice, {
    kinds: ["message"],
    operation: "messages.retrieve",
    retrieve: (whop, itemId) => whop.retrieveMessage(itemId),
    visiblePlaces: () => listChannels(slice),
  });
  await endRun(slice);
  return read;
}

/** @returns the ids of those that Whop shows. */
async function listChannels(slice: Slice): Promise<Set<string>> {
  const { communityId } = slice;
  const channels = await slice.call("chatChannels.list", (whop) => whop.listChatChannels(communityId));
  await slice.write((trx) => keepPlaces(trx, communityId, "chat", channels));
  return new Set(channels.map(({ id }) => id));
}

/** One channel that the app may not see, or that has just gone, does not hold up the others. */
async function readChannels(slice: Slice, beganAt: Date): Promise<Finished> {
  const places = await slice.find((trx) => listPlaces(trx, slice.communityId, "chat"));
  // Where there is no chat there is nothing to wait for.
  const result: Finished = { caughtUpTo: slice.startedAt };
  const refused: AppError[] = [];
  const caughtUp: (Date | null)[] = [];
  for (const place of places) {
    try {
      const read = await readUnlessRead(slice, place, beganAt);
      result.trouble ??= read.trouble;
      result.remark ??= read.remark;
      caughtUp.push(read.caughtUpTo);
    } catch (error) {
      if (!(error instanceof AppError) || (error.code !== "forbidden" && error.code !== "not_found")) throw error;
      refused.push(error);
    }
  }
  if (refused[0] && refused.length === places.length) {
    // All of them may have gone since they were listed.
    const visible = await listChannels(slice);
    if (places.some(({ placeId }) => visible.has(placeId))) throw refused[0];
  }
  return caughtUp.length === 0 ? result : { ...result, caughtUpTo: earliest(caughtUp) };
}

async function readUnlessRead(slice: Slice, place: Place, beganAt: Date): Promise<Finished> {
  const { caughtUpTo } = place;
  return caughtUpTo !== null && caughtUpTo >= beganAt ? { caughtUpTo } : readChannel(slice, place);
}

/** Null where one of them has never been read to its end. */
function earliest(times: readonly (Date | null)[]): Date | null {
  const known = times.filter((time) => time !== null);
  return known.length < times.length ? null : new Date(Math.min(...known.map(Number)));
}
