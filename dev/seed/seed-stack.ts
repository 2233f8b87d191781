import type { Progress } from "@/dev/progress";
import type { Sample } from "@/dev/seed/communities";
import { deliverHistory } from "@/dev/seed/deliver-history";
import { type SeedReport, seedCommunities } from "@/dev/seed/seed";
import { drawTalk } from "@/dev/seed/talk";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { createDatabase } from "@/lib/db/database";
import { createDeps } from "@/lib/deps";
import { readEnv } from "@/lib/env";

export type SeedStackOptions = {
  /** The app's environment. */
  variables: Record<string, string>;
  sample: Sample;
  /** The owner's address of the database. */
  ownerUrl: string;
  whop: Pick<WhopSimulator, "url" | "world">;
  progress: Progress;
  signal: AbortSignal;
};

/** Seeds a running stack's empty database with the services of the app itself. */
export async function seedStack(options: SeedStackOptions): Promise<SeedReport> {
  const { variables, sample, ownerUrl, whop, progress, signal } = options;
  progress.say(`seeding ${sample.size.days} days of ${sample.size.members} members`);
  const deps = createDeps(readEnv({ ...variables, LOG_LEVEL: "silent" }));
  const owner = createDatabase(ownerUrl, { max: 1 });
  try {
    const report = await seedCommunities(deps, {
      sample,
      talk: sample.communities.map((community) => drawTalk(sample, community)),
      // As the simulated Whop answers.
      pictureUrl: (userId) => `${whop.url}/avatars/${userId}.png`,
      progress: (done, total) => progress.sayNowAndThen(() => `seeding: ${done} of ${total} activities`),
      signal,
    });
    for (const community of sample.communities.slice(0, 1)) {
      await deliverHistory({ owner, world: whop.world }, community, sample.startsAt);
    }
    const outcomes = Object.entries(report.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    progress.say(`seeded ${report.activities} activities: ${outcomes.join(", ")}`);
    return report;
  } finally {
    await Promise.all([deps.db.destroy(), owner.destroy(), deps.redis.close()]);
  }
}
