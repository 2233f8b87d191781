import { RewardsPage } from "@/components/dashboard/rewards/rewards-page";
import { Providers } from "@/components/providers";
import { getDeps } from "@/lib/deps";
import { readOnboarding } from "@/services/communities/read-onboarding";
import type { Queue, QueueGroup } from "@/services/rewards/queue";
import { readQueue } from "@/services/rewards/read-queue";
import { staffAccess } from "../access";

/** What needs somebody comes first, then what is on its way. */
const ORDER: QueueGroup[] = ["attention", "on_its_way", "delivered"];

/** What has become of every reward. */
export default async function RewardsQueuePage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const { communityId, role } = access;
  const attention = await readQueue(deps, communityId, { role }, { group: "attention" });
  const firstGroup = firstOf(attention);
  const [first, { rewardsConfirmedAt }] = await Promise.all([
    firstGroup === "attention" ? attention : readQueue(deps, communityId, { role }, { group: firstGroup }),
    readOnboarding(deps, communityId),
  ]);
  return (
    <Providers>
      <RewardsPage
        companyId={companyId}
        first={first}
        firstGroup={firstGroup}
        canChange={access.isAdmin}
        isConfirmed={rewardsConfirmedAt !== null}
        now={deps.now().getTime()}
      />
    </Providers>
  );
}

function firstOf({ counts }: Queue): QueueGroup {
  return ORDER.find((group) => counts[group] > 0) ?? "on_its_way";
}
