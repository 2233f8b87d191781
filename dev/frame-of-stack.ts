import type { BoundedLog } from "@/dev/bounded-log";
import { openInsight } from "@/dev/insight";
import { startMembers } from "@/dev/members/members";
import type { Sample, SampleCommunity } from "@/dev/seed/communities";
import type { Insight } from "@/dev/whop/host/target";
import type { WhopSimulator } from "@/dev/whop/simulator";
import type { World } from "@/dev/whop/world";

const XP_OF_A_MESSAGE = 20;

export type FrameParts = {
  whop: WhopSimulator;
  sample: Sample;
  /** The owner's address of the database. */
  ownerUrl: string;
  /** The iframe's origin. */
  proxyUrl: string;
  /** Whether there is an app for which members could write, and whether they do from the start. */
  members: "none" | "quiet" | "writing";
  log: BoundedLog;
};

/**
 * What the simulated Whop shows around the app: the first community, as its member, and whom one can be in each of them. Everybody else
 * may write by themselves.
 * @returns what ends it.
 */
export async function startFrame(parts: FrameParts): Promise<() => Promise<void>> {
  const { whop, sample, ownerUrl, proxyUrl, log } = parts;
  const main = sample.communities[0];
  if (!main) throw new Error("The sample has no community.");
  const { insight, close } = openInsight(ownerUrl);
  const casts = new Map<string, string[]>();
  for (const community of sample.communities) {
    casts.set(community.companyId, await castOf(community, whop.world, insight));
  }
  const spared = [...casts.values()].flat();
  const isWriting = parts.members === "writing";
  const members =
    parts.members === "none" ? undefined : startMembers({ whop, sample, log, seed: Date.now(), spared, isWriting });
  whop.setFrame({
    proxyUrl,
    experienceId: main.app.experienceId,
    userId: main.memberId,
    cast: (companyId) => casts.get(companyId) ?? [],
    insight,
    members,
  });
  return async () => {
    await members?.stop();
    await close();
  };
}

/** The owner, the moderator, the member, one who is about to level up, one without XP, and one who has left. */
async function castOf(community: SampleCommunity, world: World, insight: Insight): Promise<string[]> {
  const { companyId, ownerId, adminId, moderatorId, memberId, exMemberId, autoposterId } = community;
  const others = world
    .membersOf(companyId)
    .toSorted((one, other) => (one.joinedAt < other.joinedAt ? 1 : -1))
    .map(({ userId }) => userId)
    .filter((id) => ![ownerId, adminId, moderatorId, memberId, exMemberId, autoposterId].includes(id));
  const standings = await insight.standings(companyId, others);
  const newcomer = others.find((id) => (standings.get(id)?.xp ?? 0) <= 0);
  const [climber] = others
    .flatMap((id) => {
      const { xp = 0, level = 1, xpToNextLevel = 0 } = standings.get(id) ?? {};
      // One message from a level that pays a reward shows the most.
      const isAtGate = (level + 1) % 5 === 0 && xpToNextLevel <= XP_OF_A_MESSAGE;
      return xp > 0 ? [{ id, distance: isAtGate ? 0 : xpToNextLevel }] : [];
    })
    .toSorted((one, other) => one.distance - other.distance);
  return [ownerId, moderatorId, memberId, climber?.id, newcomer, exMemberId].filter((id) => id !== undefined);
}
