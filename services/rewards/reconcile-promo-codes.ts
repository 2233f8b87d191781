import { inCommunity } from "@/lib/db/database";
import type { Deps } from "@/lib/deps";
import { awaitShare } from "@/lib/whop/await-share";
import type { WhopPromoCode } from "@/lib/whop/client";
import { COMPARED_MS, type Finding } from "@/services/rewards/finding";
import { type DeliveredRow, hasPromoCodes, listDelivered, listKnownCodes } from "@/services/rewards/reconcile.queries";
import { CODE_PREFIX } from "@/services/rewards/send-promo-code";

const MOST_REWARDS = 5_000;
/** A code may have been made long before it was known to be there. */
const MADE_EARLIER_MS = 30 * 86_400_000;

type PromoDeps = Pick<Deps, "db" | "now" | "whop" | "whopShare">;

/** Promo codes that were delivered and are no longer there to be used, and codes of ours that no reward knows. */
export async function findPromoDifferences(deps: PromoDeps, communityId: string): Promise<Finding[]> {
  const since = new Date(deps.now().getTime() - COMPARED_MS);
  const { isUsed, rewards } = await inCommunity(deps.db, communityId, async (trx) => ({
    isUsed: await hasPromoCodes(trx, communityId),
    rewards: await listDelivered(trx, communityId, { type: "promo_code", since, limit: MOST_REWARDS }),
  }));
  if (!isUsed) return [];
  await awaitShare(deps, "promoCodes.list");
  const createdAfter = new Date(since.getTime() - MADE_EARLIER_MS);
  const there = await deps.whop.listPromoCodes({ companyId: communityId, createdAfter });
  const byId = new Map(there.map((promo) => [promo.id, promo]));
  const ours = there.filter(({ code, status }) => code?.startsWith(CODE_PREFIX) && status !== "archived");
  // Asked after Whop, because a code is written down before it is made.
  const codes = ours.flatMap(({ code }) => code ?? []);
  const known = new Set(await inCommunity(deps.db, communityId, (trx) => listKnownCodes(trx, communityId, codes)));
  return [
    ...rewards.flatMap((reward) => compared(reward, byId.get(reward.whopId))),
    ...ours.filter(({ code }) => !known.has(code ?? "")).map((promo) => aFinding("promo_unknown", { promo })),
  ];
}

function compared(reward: DeliveredRow, promo: WhopPromoCode | undefined): Finding[] {
  if (!promo) return [aFinding("promo_missing", { reward })];
  // One that was used has done what it was for.
  return promo.status === "archived" && promo.uses === 0 ? [aFinding("promo_archived", { reward, promo })] : [];
}

function aFinding(kind: Finding["kind"], { reward, promo }: { reward?: DeliveredRow; promo?: WhopPromoCode }): Finding {
  const whopId = promo?.id ?? null;
  return {
    kind,
    subject: whopId ?? reward?.rewardId ?? "",
    severity: "warning",
    rewardId: reward?.rewardId ?? null,
    whopId,
    codeEnd: (promo?.code ?? reward?.code)?.slice(-4) ?? null,
    expectedUntil: null,
    foundUntil: null,
  };
}
