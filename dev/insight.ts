import { Pool } from "pg";
import type { Insight, Outcome, Standing } from "@/dev/whop/host/target";
import { xpAtLevel } from "@/services/xp/curve";

/** A page that waits for numbers waits no longer than this. */
const TIMEOUT_MS = 2_000;

/**
 * Reads WEE5's database with its owner's rights for the page around the frame, which shows what came of a webhook. The simulated
 * Whop itself decides nothing by it.
 */
export function openInsight(ownerUrl: string): { insight: Insight; close(): Promise<void> } {
  const pool = new Pool({
    connectionString: ownerUrl,
    max: 2,
    connectionTimeoutMillis: TIMEOUT_MS,
    query_timeout: TIMEOUT_MS,
  });
  // A connection that breaks while nobody uses it; the next question opens another.
  pool.on("error", () => undefined);

  const insight: Insight = {
    standings: async (communityId, userIds) => {
      const { rows } = await pool.query<{ user_id: string; level: number; xp: string }>(
        "select user_id, level, xp from users where community_id = $1 and user_id = any($2)",
        [communityId, userIds],
      );
      return new Map(rows.map((row) => [row.user_id, standingOf(row.level, Number(row.xp))]));
    },
    outcomes: async (communityId, activityIds) => {
      const { rows } = await pool.query<{ activity_id: string; outcome: string; xp: string; left: number | null }>(
        OUTCOMES,
        [communityId, activityIds],
      );
      return new Map(
        rows.map(({ activity_id, outcome, xp, left }): [string, Outcome] => {
          return [activity_id, { outcome, xp: Number(xp), cooldownLeftSeconds: left }];
        }),
      );
    },
  };
  return { insight, close: () => pool.end() };
}

function standingOf(level: number, xp: number): Standing {
  return { level, xp: Math.max(0, xp), xpToNextLevel: (xpAtLevel(null, level + 1) ?? xp) - xp };
}

/** How an activity stands now; for a cooldown also the seconds that were left of it, by the settings it was decided under. */
const OUTCOMES = `
  select a.activity_id, a.outcome, a.xp,
    case when a.outcome = 'cooldown' then
      ceil((s.settings->'actions'->a.action->>'cooldownSeconds')::numeric
        - extract(epoch from a.occurred_at - paid.occurred_at))::integer
    end as left
  from activity_identities i
  join activities a on a.community_id = i.community_id and a.user_id = i.user_id
    and a.occurred_at = i.occurred_at and a.activity_id = i.activity_id
  left join settings_versions s on s.community_id = a.community_id and s.version = a.settings_version
  left join lateral (
    select p.occurred_at from activities p
    where p.community_id = a.community_id and p.user_id = a.user_id and p.action = a.action and p.xp > 0
      and p.occurred_at <= a.occurred_at and p.activity_id <> a.activity_id and a.outcome = 'cooldown'
    order by p.occurred_at desc limit 1
  ) paid on true
  where i.community_id = $1 and i.activity_id = any($2)`;
