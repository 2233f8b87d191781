import type { Transaction } from "kysely";
import { z } from "zod";
import { open, seal } from "@/lib/crypto/seal";
import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { findConsent, insertNewcomer } from "@/services/leaderboard/rank-card/rank-card.queries";
import type { DB } from "@/types/database";

type LinkDeps = Pick<Deps, "db" | "now"> & { env: Pick<Deps["env"], "appUrl" | "encryptionKey"> };

const LIFETIME_DAYS = 30;
const DAY_MS = 86_400_000;
const SEALED_FOR = { use: "rank-card-link", context: "" };

/** Community, user, the choice it was made under (microseconds of the epoch), end (milliseconds of the epoch). */
const Contents = z.tuple([z.string(), z.string(), z.number(), z.number()]);

export type RankCardLink = {
  /** Takes `&size=wide|banner` and `&theme=dark|light`. */
  url: string;
  /** ISO 8601. */
  expiresAt: string;
};

/**
 * A link by which anybody sees a member's rank card for 30 days. It belongs to the choice under which the member is public now: with
 * the next choice it ends for good.
 * @throws AppError conflict for who is not public
 */
export async function createRankCardLink(deps: LinkDeps, communityId: string, userId: string): Promise<RankCardLink> {
  const consent = await inCommunity(deps.db, communityId, (trx) => findOrMakeConsent(trx, communityId, userId));
  if (consent?.visibility !== "public") {
    throw new AppError("conflict", "Others do not see you here. Make yourself public first, then share your card.");
  }
  const expiresAt = deps.now().getTime() + LIFETIME_DAYS * DAY_MS;
  const contents: z.infer<typeof Contents> = [communityId, userId, consent.since, expiresAt];
  const token = seal(deps.env.encryptionKey, JSON.stringify(contents), SEALED_FOR);
  return { url: `${deps.env.appUrl}/api/rank-card?token=${token}`, expiresAt: new Date(expiresAt).toISOString() };
}

async function findOrMakeConsent(trx: Transaction<DB>, communityId: string, userId: string) {
  const known = await findConsent(trx, communityId, userId);
  if (known) return known;
  await insertNewcomer(trx, communityId, userId);
  return findConsent(trx, communityId, userId);
}

/**
 * Whose card a link shows.
 * @throws AppError not_found, the same for a link that is not ours, that has ended, whose member has chosen anew or has left
 */
export async function openRankCardLink(
  deps: LinkDeps & Pick<Deps, "access">,
  token: string,
): Promise<{ communityId: string; userId: string }> {
  const text = open(deps.env.encryptionKey, token, SEALED_FOR);
  if (text === null) throw noSuchCard();
  const [communityId, userId, since, expiresAt] = Contents.parse(JSON.parse(text));
  if (expiresAt <= deps.now().getTime()) throw noSuchCard();
  const consent = await inCommunity(deps.db, communityId, (trx) => findConsent(trx, communityId, userId));
  if (consent?.visibility !== "public" || consent.since !== since) throw noSuchCard();
  // Who has left can no longer open the switch, so the link goes with them.
  if ((await deps.access.roleIn(communityId, userId)) === null) throw noSuchCard();
  return { communityId, userId };
}

/** The one answer to every link that shows nothing, so that it tells nothing of a member. */
export function noSuchCard(): AppError {
  return new AppError("not_found", "This link shows no rank card, or no longer does.");
}
