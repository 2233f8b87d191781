import { createDeps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { environmentOfTools } from "@/scripts/environment";
import { failWith } from "@/scripts/fail-with";
import { listCommunityIds } from "@/services/communities/list-communities";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";

/** `npm run ranks [-- biz_…]`: makes the rank sets in Redis anew from Postgres, of all communities or of those named. */
async function main(): Promise<void> {
  const deps = createDeps(readEnv({ ...(await environmentOfTools()), LOG_LEVEL: "warn" }));
  try {
    const named = process.argv.slice(2);
    const communities = named.length > 0 ? named : await listCommunityIds(deps);
    for (const communityId of communities) {
      if (!(await rebuildRanks(deps, communityId)))
        throw new Error(`${communityId}: Redis is away, or another process is rebuilding.`);
    }
    process.stdout.write(`Ranks of ${communities.length} communities rebuilt.\n`);
  } finally {
    await Promise.all([deps.db.destroy(), deps.redis.close()]);
  }
}

main().catch(failWith("The ranks were not rebuilt"));
