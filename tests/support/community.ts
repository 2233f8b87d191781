import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { compareStates, type Difference } from "@/services/xp/compare-states";
import { type FoldInput, fold, type MemberState } from "@/services/xp/fold";
import { readRules, readStoredState } from "@/services/xp/stored-state";
import type { TestDatabase } from "@/tests/support/database";

type Databases = Pick<TestDatabase, "db" | "owner">;

let made = 0;

function next(prefix: string): string {
  made += 1;
  return `${prefix}_${process.pid}${made.toString().padStart(6, "0")}`;
}

/** A community with the default settings, changed for all history where `change` says. Returns its id. */
export async function aCommunity({ db }: Databases, change?: (settings: Settings) => Settings): Promise<string> {
  const communityId = next("biz");
  await inCommunity(db, communityId, (trx) =>
    sql`select ensure_community(${communityId}, 'Test community')`.execute(trx),
  );
  if (change) {
    const { settings } = await findSettings({ db }, communityId);
    await changeSettings({ db }, communityId, { settings: change(settings), validFrom: new Date(0), by: "user_owner" });
  }
  return communityId;
}

export const aUserId = () => next("user");

/** A chat message, a minute ago unless said otherwise. */
export function aMessage(facts: Partial<Activity> = {}): Activity {
  const id = next("msg");
  return {
    activityId: `message:${id}`,
    userId: "user_anna",
    action: "message",
    occurredAt: new Date(Math.floor(Date.now()) - 60_000),
    source: "webhook",
    ...facts,
  };
}

/** Points given by hand, a minute ago unless said otherwise. XP, signed. */
export function anAdjustment(amount: number, facts: Partial<Activity> = {}): Activity {
  return aMessage({ activityId: `adjustment:${next("adj")}`, action: "adjustment", amount, ...facts });
}

/** A member as stored; undefined when there is none. */
export async function storedMember({ db }: Databases, communityId: string, userId: string) {
  return inCommunity(db, communityId, async (trx) => {
    const { settingsVersions } = await readRules(trx, communityId);
    return readStoredState(trx, communityId, userId, settingsVersions);
  });
}

/**
 * Where a member is stored otherwise than the fold over these facts makes it.
 * @param besides what else the fold goes by, of what is not the same for all: the member's roles, and where it begins.
 */
export async function differencesFrom(
  { db }: Databases,
  communityId: string,
  userId: string,
  activities: Activity[],
  besides: Pick<FoldInput, "roles" | "resetAt"> = {},
): Promise<Difference[]> {
  return inCommunity(db, communityId, async (trx) => {
    const rules = await readRules(trx, communityId);
    const folded: MemberState = fold({ ...rules, ...besides, userId, activities });
    const stored = await readStoredState(trx, communityId, userId, rules.settingsVersions);
    return compareStates(stored ?? fold({ ...rules, userId, activities: [] }), folded);
  });
}
