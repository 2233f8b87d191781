import type { Deps } from "@/lib/deps";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { sendNotifications } from "@/services/notifications/send-notifications";
import { sendRewards } from "@/services/rewards/send-rewards";

export type DeliverOptions = {
  /** Only of this community; of all where it is left out. */
  communityId?: string;
  /** Nothing is begun later. */
  until?: Date;
};

/** Many messages do not hold up the rewards. */
const FIRST_MS = 10_000;

/**
 * Everything that is waiting to go out: messages, which are quick and awaited; rewards; then what there is to say about those.
 * Running it twice, or at the same time in two places, does no harm.
 */
export async function deliver(deps: Deps, options: DeliverOptions = {}): Promise<void> {
  await sendNotifications(deps, {
    ...options,
    until: earlier(new Date(deps.now().getTime() + FIRST_MS), options.until),
  });
  const changed = new Map<string, Set<string>>();
  const onChanged = (communityId: string, userId: string) => {
    const members = changed.get(communityId) ?? new Set();
    changed.set(communityId, members.add(userId));
  };
  try {
    await sendRewards(deps, { ...options, onChanged });
  } finally {
    await Promise.all([...changed].map(([communityId, members]) => tellMembers(deps, communityId, [...members])));
  }
  await sendNotifications(deps, options);
}

const earlier = (one: Date, other: Date | undefined) => (other && other < one ? other : one);
