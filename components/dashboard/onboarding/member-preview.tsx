"use client";

import { RankCard } from "@/components/card/rank-card";
import { sampleCard, sampleLadder } from "@/components/dashboard/onboarding/sample-member";
import { HowToEarn } from "@/components/xp/how-to-earn";
import type { RewardRule } from "@/services/communities/onboarding";
import type { Curve } from "@/services/xp/curve";
import type { RankName } from "@/services/xp/progress";
import type { Rates } from "@/services/xp/rate";

export type MemberPreviewProps = {
  rules: readonly RewardRule[];
  curve: Curve;
  ranks: readonly RankName[];
  rates: Rates;
};

/** The card of a sample member, and how members earn. */
export function MemberPreview({ rules, curve, ranks, rates }: MemberPreviewProps) {
  const card = sampleCard(curve, ranks);
  return (
    <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 md:grid-cols-2">
      <div className="flex min-w-0 flex-col gap-2">
        <RankCard card={card} ladder={sampleLadder(rules, curve, card)} />
        <p className="text-(--gray-11) text-[12px]/4">A sample member, with your levels, rank names and rewards.</p>
      </div>
      <div className="min-w-0">
        <HowToEarn rates={rates} />
      </div>
    </div>
  );
}
