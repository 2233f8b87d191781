import type { Transaction } from "kysely";
import { findLevelCurve, listSettingsVersions } from "@/services/communities/communities.queries";
import { Settings } from "@/services/communities/settings.schema";
import type { Activity, Outcome } from "@/services/xp/activity";
import { dayIn } from "@/services/xp/calendar";
import type { Curve } from "@/services/xp/curve";
import {
  type FoldInput,
  type MemberState,
  type Opening,
  type RoleSince,
  type SettingsVersion,
  settingsAt,
} from "@/services/xp/fold";
import type { Role } from "@/services/xp/rules/multiplier";
import { ACTIVE_ACTIONS } from "@/services/xp/streak";
import {
  findOpening,
  findUser,
  listActiveDays,
  listActivities,
  listDailyRollups,
  listMemberActions,
  listOpeningDays,
  listPeriodRollups,
  listRoles,
} from "@/services/xp/xp.queries";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

const DAY_MS = 86_400_000;

/** What the fold of any member of a community needs beside the member's activities. */
export async function readRules(
  trx: Trx,
  communityId: string,
): Promise<Pick<FoldInput, "communityId" | "settingsVersions" | "curve">> {
  const [versions, curve] = [await listSettingsVersions(trx, communityId), await findLevelCurve(trx, communityId)];
  return { communityId, settingsVersions: versions.map(toVersion), curve: (curve?.thresholds ?? null) satisfies Curve };
}

export function toVersion(row: { version: number; valid_from: Date; settings: unknown }): SettingsVersion {
  return { version: row.version, validFrom: row.valid_from, settings: Settings.parse(row.settings) };
}

/** A member's facts: the activities in the fold, the member's roles, where it begins and the balance it opens with. */
export async function readFacts(
  trx: Trx,
  communityId: string,
  userId: string,
): Promise<Omit<FoldInput, "communityId" | "settingsVersions" | "curve">> {
  const rows = await listActivities(trx, communityId, userId);
  return {
    userId,
    activities: rows.filter(({ action }) => action !== BONUS).map(toActivity),
    roles: await readRoles(trx, communityId, userId),
    resetAt: (await findUser(trx, communityId, userId))?.reset_at,
    opening: await readOpening(trx, communityId, userId),
  };
}

/** From when on a member has which role. */
export async function readRoles(trx: Trx, communityId: string, userId: string): Promise<RoleSince[]> {
  const rows = await listRoles(trx, communityId, userId);
  return rows.map((row) => ({ validFrom: row.valid_from, role: row.role as Role })); // by its check constraint
}

/** Follows from the days: to the fold it is a result, not a fact. */
const BONUS = "streak_bonus";

type ActivityRow = Awaited<ReturnType<typeof listActivities>>[number];

function toActivity(row: ActivityRow): Activity {
  return {
    activityId: present(row.activity_id),
    userId: present(row.user_id),
    action: present(row.action),
    occurredAt: present(row.occurred_at),
    experienceId: row.experience_id ?? undefined,
    subjectUserId: row.subject_user_id ?? undefined,
    contentLength: row.content_length ?? undefined,
    amount: row.amount ?? undefined,
    source: "webhook", // which way it came is no matter to the rules
  };
}

/** Columns of a view are nullable to the type generator, not in fact. */
function present<T>(value: T | null): T {
  if (value === null) throw new Error("A column of the view activities is null that cannot be.");
  return value;
}

async function readOpening(trx: Trx, communityId: string, userId: string): Promise<Opening | undefined> {
  const row = await findOpening(trx, communityId, userId);
  if (!row) return undefined;
  const days = await listOpeningDays(trx, communityId, userId);
  // The days just before the edge may have more than the closed months gave them: those the fold counts itself.
  const before = dayIn("UTC", new Date(row.closed_before.getTime() - DAY_MS));
  return {
    closedBefore: row.closed_before,
    activeDays: await listActiveDays(trx, communityId, userId, { actions: [...ACTIVE_ACTIONS], before }),
    xp: row.xp,
    totalMessages: row.total_messages,
    totalPosts: row.total_posts,
    totalReactions: row.total_reactions,
    xpReachedAt: row.xp_reached_at,
    lastActivityAt: row.last_activity_at,
    lastPaidAt: new Map(Object.entries(row.last_paid ?? {}).map(([action, at]) => [action, new Date(String(at))])),
    days: new Map(days.map(({ day, action, ...totals }) => [`${day}/${action}`, totals])),
  };
}

/** A member as the database holds them; undefined when there is no such member. */
export async function readStoredState(
  trx: Trx,
  communityId: string,
  userId: string,
  settingsVersions: readonly SettingsVersion[],
): Promise<MemberState | undefined> {
  const user = await findUser(trx, communityId, userId);
  if (!user) return undefined;
  const actions = await listMemberActions(trx, communityId, userId);
  const days = await listDailyRollups(trx, communityId, userId);
  const periods = await listPeriodRollups(trx, communityId, userId);
  const activities = await listActivities(trx, communityId, userId);
  return {
    xp: user.xp,
    level: user.level,
    totalMessages: user.total_messages,
    totalPosts: user.total_posts,
    totalReactions: user.total_reactions,
    xpReachedAt: user.xp_reached_at,
    lastActivityAt: user.last_activity_at,
    lastPaidAt: new Map(actions.flatMap(({ action, last_paid_at }) => (last_paid_at ? [[action, last_paid_at]] : []))),
    days: new Map(days.map(({ day, action, ...totals }) => [`${day}/${action}`, totals])),
    periods: new Map(
      periods.map(({ period, starts_on, activities: count, xp, xp_reached_at }) => [
        `${period}/${starts_on}`,
        { activities: count, xp, xpReachedAt: xp_reached_at },
      ]),
    ),
    streak: {
      days: user.streak_days,
      day: user.streak_day,
      longest: user.streak_longest,
      freezes: user.streak_freezes,
    },
    decisions: new Map(
      activities.filter(standsOrIsFact).map((row) => {
        const occurredAt = present(row.occurred_at);
        const { version, settings } = settingsAt(settingsVersions, occurredAt);
        const decision = {
          outcome: present(row.outcome) as Outcome, // written only by our own SQL
          baseXp: present(row.base_xp),
          xp: present(row.xp),
          settingsVersion: version,
          day: dayIn(settings.timeZone, occurredAt),
        };
        return [present(row.activity_id), decision];
      }),
    ),
  };
}

/** A bonus that is not paid any more leaves its row behind; to the fold it is not there. */
const standsOrIsFact = ({ action, outcome }: ActivityRow) => action !== BONUS || outcome === "awarded";
