import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { afterAward } from "@/services/leaderboard/after-award";
import { deliverAfterAward } from "@/services/notifications/deliver-soon";
import type { Receipt } from "@/services/xp/receipt";

/** Tells everybody of committed awards: ranks and pages, and what goes out for a new level. It goes on after the answer. */
export function tellAwards(deps: Deps, communityId: string, receipts: readonly Receipt[]): void {
  for (const receipt of receipts) {
    inBackground(deps, afterAward(deps, communityId, receipt));
    deliverAfterAward(deps, communityId, receipt);
  }
}
