import { parseArgs } from "node:util";
import { inCommunity, inSnapshot } from "@/lib/db/database";
import { createDeps, type Deps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { environmentOfTools } from "@/scripts/environment";
import { failWith } from "@/scripts/fail-with";
import { listCommunityIds } from "@/services/communities/list-communities";
import { checkRanks } from "@/services/leaderboard/check-ranks";
import { rebuildRanks } from "@/services/leaderboard/rebuild-ranks";
import { checkMember } from "@/services/xp/check-member";
import type { Difference } from "@/services/xp/compare-states";
import { replayMember } from "@/services/xp/replay-community";
import { readRules } from "@/services/xp/stored-state";
import { listUserIds } from "@/services/xp/xp.queries";

const PAGE = 500;

type Findings = { members: number; differences: number };

/** `npm run doctor`: compares every stored number with the fold; repairs only with `-- --repair`. Exits 1 when something differs. */
async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { repair: { type: "boolean", default: false }, community: { type: "string" } },
  });
  const deps = createDeps(readEnv({ ...(await environmentOfTools()), LOG_LEVEL: "warn" }));
  try {
    const found: Findings = { members: 0, differences: 0 };
    const communities = values.community ? [values.community] : await listCommunityIds(deps);
    for (const communityId of communities) await examine(deps, communityId, values.repair, found);
    const verdict = found.differences === 0 ? "every number equals the fold" : `${found.differences} differences`;
    say(
      `${communities.length} communities, ${found.members} members: ${verdict}${values.repair && found.differences ? ", repaired" : ""}`,
    );
    if (found.differences > 0 && !values.repair) process.exitCode = 1;
  } finally {
    await Promise.all([deps.db.destroy(), deps.redis.close()]);
  }
}

async function examine(deps: Deps, communityId: string, repair: boolean, found: Findings): Promise<void> {
  for (let after = ""; ; ) {
    const userIds = await inCommunity(deps.db, communityId, (trx) => listUserIds(trx, communityId, after, PAGE));
    for (const userId of userIds) {
      const differences = await inSnapshot(deps.db, communityId, async (trx) =>
        // The rules of that moment too: a settings change may come between two members.
        checkMember(trx, await readRules(trx, communityId), userId),
      );
      report(`${communityId} ${userId}`, differences);
      if (differences.length > 0 && repair) await replayMember(deps, communityId, userId, "repair");
      found.members += 1;
      found.differences += differences.length;
    }
    const last = userIds.at(-1);
    if (last === undefined) break;
    after = last;
  }
  const ranks = await checkRanks(deps, communityId);
  report(`${communityId} ranks`, ranks);
  found.differences += ranks.length;
  if (ranks.length > 0 && repair) await rebuildRanks(deps, communityId);
}

function report(subject: string, differences: Difference[]): void {
  for (const { what, stored, folded } of differences) say(`${subject}: ${what} is ${stored}, the fold says ${folded}`);
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

main().catch(failWith("The doctor could not finish"));
