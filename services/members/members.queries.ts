import { sql, type Transaction } from "kysely";
import type { DB } from "@/types/database";

type Trx = Transaction<DB>;

/** A line of the log with all corrections of it, as the download shows it. */
export type ActivityRecord = { record: unknown; occurredAt: string; activityId: string };

const MICROSECOND_FORMAT = sql.lit('YYYY-MM-DD"T"HH24:MI:SS.US"Z"');

/** A member's activities, oldest first, after one of them. */
export async function listRecords(
  trx: Trx,
  communityId: string,
  userId: string,
  { after, limit }: { after?: Pick<ActivityRecord, "occurredAt" | "activityId">; limit: number },
): Promise<ActivityRecord[]> {
  const beyond = after
    ? sql`(l.occurred_at, l.activity_id) > (${after.occurredAt}::timestamptz, ${after.activityId}::text collate "C")`
    : sql`true`;
  const { rows } = await sql<ActivityRecord>`
    select to_char(l.occurred_at at time zone 'UTC', ${MICROSECOND_FORMAT}) as "occurredAt", l.activity_id as "activityId",
      jsonb_build_object('activityId', l.activity_id, 'action', l.action, 'occurredAt', l.occurred_at,
        'recordedAt', l.recorded_at, 'source', l.source, 'experienceId', l.experience_id, 'subjectUserId', l.subject_user_id,
        'contentLength', l.content_length, 'contentHash', encode(l.content_hash, 'hex'), 'amount', l.amount,
        'claimedAt', l.claimed_at, 'outcome', l.outcome, 'baseXp', l.base_xp, 'xp', l.xp, 'settingsVersion', l.settings_version,
        'corrections', coalesce((
          select jsonb_agg(jsonb_build_object('outcome', c.outcome, 'baseXp', c.base_xp, 'xp', c.xp,
            'settingsVersion', c.settings_version, 'cause', c.cause, 'recordedAt', c.recorded_at) order by c.sequence)
          from corrections c where c.community_id = l.community_id and c.user_id = l.user_id
            and c.occurred_at = l.occurred_at and c.activity_id = l.activity_id), '[]')) as record
    from activity_log l
    where l.community_id = ${communityId} and l.user_id = ${userId} and ${beyond}
    order by l.occurred_at, l.activity_id limit ${limit}`.execute(trx);
  return rows;
}

export type AuditRecord = { sequence: number; record: unknown };

/** Entries of the audit log that a member caused or that are about them, oldest first, after one of them. */
export async function listAuditRecords(
  trx: Trx,
  communityId: string,
  userId: string,
  { after, limit }: { after: number; limit: number },
): Promise<AuditRecord[]> {
  const { rows } = await sql<AuditRecord>`
    select sequence, jsonb_build_object('occurredAt', occurred_at, 'actorUserId', actor_user_id, 'action', action,
      'subject', subject, 'details', details) as record
    from audit_log
    where community_id = ${communityId} and sequence > ${after} and (subject = ${userId} or actor_user_id = ${userId})
    order by sequence limit ${limit}`.execute(trx);
  return rows;
}

/** Everything of a member that is one row or few, at one moment; undefined fields where nothing is known. */
export async function findRecord(trx: Trx, communityId: string, userId: string) {
  const { rows } = await sql<{ record: Record<string, unknown> }>`
    select jsonb_build_object(
      'profile', (select to_jsonb(p) - 'community_id' from profiles p
        where p.community_id = ${communityId} and p.user_id = ${userId}),
      'standing', (select to_jsonb(u) - 'community_id' - 'xp_bucket' from users u
        where u.community_id = ${communityId} and u.user_id = ${userId}),
      'openingBalance', (select to_jsonb(o) - 'community_id' from opening_balances o
        where o.community_id = ${communityId} and o.user_id = ${userId}),
      'days', coalesce((select jsonb_agg(to_jsonb(d) - 'community_id' - 'user_id' order by d.day, d.action) from daily_rollups d
        where d.community_id = ${communityId} and d.user_id = ${userId}), '[]'),
      'rewards', coalesce((select jsonb_agg(to_jsonb(r) - 'community_id' - 'user_id' - 'lease_token' - 'leased_until'
          order by r.level, r.due_at, r.reward_id) from rewards r
        where r.community_id = ${communityId} and r.user_id = ${userId}), '[]'),
      'memberships', coalesce((select jsonb_agg(to_jsonb(e) - 'community_id' - 'user_id' order by e.occurred_at, e.event_id)
        from membership_events e where e.community_id = ${communityId} and e.user_id = ${userId}), '[]'),
      'roles', coalesce((select jsonb_agg(to_jsonb(m) - 'community_id' - 'user_id' order by m.valid_from) from member_roles m
        where m.community_id = ${communityId} and m.user_id = ${userId}), '[]'),
      'messageChoice', (select to_jsonb(c) - 'community_id' - 'user_id' from notification_preferences c
        where c.community_id = ${communityId} and c.user_id = ${userId}),
      'toldLevel', (select to_jsonb(t) - 'community_id' - 'user_id' from told_levels t
        where t.community_id = ${communityId} and t.user_id = ${userId}),
      'messages', coalesce((select jsonb_agg(to_jsonb(n) - 'community_id' - 'user_id' - 'lease_token' - 'leased_until'
          order by n.created_at, n.notification_id) from notifications n
        where n.community_id = ${communityId} and n.user_id = ${userId}), '[]')) as record`.execute(trx);
  return rows[0]?.record ?? {};
}
