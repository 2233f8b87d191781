import { z } from "zod";
import { open, seal } from "@/lib/crypto/seal";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import type { QueueGroup } from "@/services/rewards/queue";
import type { QueuePlace } from "@/services/rewards/queue.queries";

type CursorDeps = { env: Pick<Deps["env"], "encryptionKey"> };

const Contents = z.tuple([z.int(), z.uuid()]);

const sealedFor = (communityId: string, group: QueueGroup | undefined) => ({
  use: "reward-queue-cursor",
  context: `${communityId} ${group ?? "all"}`,
});

/** For the page after this place of the list, and for that list alone. */
export function sealQueueCursor(
  { env }: CursorDeps,
  communityId: string,
  group: QueueGroup | undefined,
  { changedAtUs, rewardId }: QueuePlace,
): string {
  const contents: z.infer<typeof Contents> = [changedAtUs, rewardId];
  return seal(env.encryptionKey, JSON.stringify(contents), sealedFor(communityId, group));
}

/** @throws AppError bad_request for one that was not given for this list. */
export function openQueueCursor(
  { env }: CursorDeps,
  communityId: string,
  group: QueueGroup | undefined,
  cursor: string,
): QueuePlace {
  const text = open(env.encryptionKey, cursor, sealedFor(communityId, group));
  if (text === null) throw new AppError("bad_request", "This cursor is not one of this list.");
  const [changedAtUs, rewardId] = Contents.parse(JSON.parse(text));
  return { changedAtUs, rewardId };
}
