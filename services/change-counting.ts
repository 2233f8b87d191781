import { setTimeout as sleep } from "node:timers/promises";
import type { Deps } from "@/lib/deps";
import { inBackground } from "@/lib/http/background";
import { readBackFill } from "@/services/activity/back-fill/read-back-fill";
import { cancelBackFill, startBackFill } from "@/services/activity/back-fill/start-back-fill";
import { requestSync } from "@/services/activity/sync/request-sync";
import type { SyncRequest } from "@/services/activity/sync.schema";
import { goOnWithBackFills } from "@/services/back-fill";
import { syncFromWhop } from "@/services/sync";

/** For who wants the past counted and has not had it counted before; the same wish again, as after a lost answer, changes nothing. */
export async function countPastOnce(deps: Deps, communityId: string, by: string): Promise<void> {
  if ((await readBackFill(deps, communityId)) === null) {
    await changeCounting(deps, communityId, { action: "start_back_fill", by });
  }
}

type Change = Pick<SyncRequest, "action"> & { by: string };

/** A check is mostly over by then; who asked sees in any case how it stands. */
const WAITED_FOR_MS = 8_000;
/** Then the jobs go on. */
const LONGEST_MS = 20_000;

/** What an admin wants of what is counted: a check at once, or a back-fill begun or stopped. Each of them twice is once. */
export async function changeCounting(deps: Deps, communityId: string, { action, by }: Change): Promise<void> {
  const until = new Date(deps.now().getTime() + LONGEST_MS);
  switch (action) {
    case "check": {
      await requestSync(deps, communityId);
      const check = syncFromWhop(deps, { communityId, until });
      inBackground(deps, check);
      await Promise.race([check, sleep(WAITED_FOR_MS, undefined, { ref: false })]);
      return;
    }
    case "start_back_fill":
      await startBackFill(deps, communityId, by);
      inBackground(deps, goOnWithBackFills(deps, { communityId, until }));
      return;
    case "stop_back_fill":
      await cancelBackFill(deps, communityId, by);
  }
}
