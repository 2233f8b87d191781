import type { Progress } from "@/dev/progress";
import type { Sample } from "@/dev/seed/communities";
import { type SeedReport, seedCommunities } from "@/dev/seed/seed";
import { drawTalk } from "@/dev/seed/talk";
import { createDeps } from "@/lib/deps";
import { readEnv } from "@/lib/env";

export type SeedStackOptions = {
  /** The app's environment. */
  variables: Record<string, string>;
  sample: Sample;
  whopUrl: string;
  progress: Progress;
  signal: AbortSignal;
};

/** Seeds a running stack's empty database with the services of the app itself. */
export async function seedStack(options: SeedStackOptions): Promise<SeedReport> {
  const { variables, sample, whopUrl, progress, signal } = options;
  progress.say(`seeding ${sample.size.days} days of ${sample.size.members} members`);
  const deps = createDeps(readEnv({ ...variables, LOG_LEVEL: "silent" }));
  try {
    const report = await seedCommunities(deps, {
      sample,
      talk: sample.communities.map((community) => drawTalk(sample, community)),
      // As the simulated Whop answers.
      pictureUrl: (userId) => `${whopUrl}/avatars/${userId}.png`,
      progress: (done, total) => progress.sayNowAndThen(() => `seeding: ${done} of ${total} activities`),
      signal,
    });
    const outcomes = Object.entries(report.outcomes).map(([outcome, count]) => `${outcome} ${count}`);
    progress.say(`seeded ${report.activities} activities: ${outcomes.join(", ")}`);
    return report;
  } finally {
    await Promise.all([deps.db.destroy(), deps.redis.close()]);
  }
}
