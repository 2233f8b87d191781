import { type Kysely, sql } from "kysely";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { recordFact } from "@/services/members/membership.queries";
import type { StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities } from "@/services/xp/award-activity";
import { anAdjustment } from "@/tests/support/community";
import type { TestDatabase } from "@/tests/support/database";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";
import type { DB } from "@/types/database";

type Leavers = Settings["leavers"];
type Databases = Pick<TestDatabase, "db" | "owner">;

/** A community of Whop's with a page and a chat that are known to us. */
export async function aNotifyingCommunity(
  { db, owner }: Databases,
  whop: WhopSimulator,
  settings: Partial<StoredNotificationSettings> = {},
): Promise<CommunityInWhop> {
  const place = aCommunityIn(whop);
  const { companyId } = place;
  await inCommunity(db, companyId, async (trx) => {
    for (const id of [place.chatExperienceId, place.experienceId]) {
      await sql`select remember_experience(${companyId}, 'Test community', ${id}, 'Place')`.execute(trx);
    }
  });
  await tellBy({ owner }, companyId, settings);
  return place;
}

/** Changes how a community tells its members. */
export async function tellBy(
  { owner }: Pick<TestDatabase, "owner">,
  communityId: string,
  settings: Partial<StoredNotificationSettings>,
): Promise<void> {
  await sql`update notification_settings set settings = settings || ${JSON.stringify(settings)}::jsonb
    where community_id = ${communityId}`.execute(owner);
}

/** Somebody with access at Whop and a name that is known here. */
export async function aNamedMember(
  { owner }: Pick<TestDatabase, "owner">,
  { world }: WhopSimulator,
  communityId: string,
  name = "Anna",
): Promise<string> {
  const { id: userId } = world.addUser({ name });
  world.join(communityId, userId);
  await owner.insertInto("users").values({ community_id: communityId, user_id: userId }).execute();
  const profile = { username: null, name, picture_url: null, fetched_at: new Date() };
  await owner
    .insertInto("profiles")
    .values({ community_id: communityId, user_id: userId, ...profile })
    .execute();
  return userId;
}

/** XP at which a level of the default curve begins. */
export const XP_OF_LEVEL = [0, 0, 100, 255, 475, 770, 1150, 1625, 2205, 2900, 3720] as const;

/** Brings a member so many XP, by something that happened a minute ago unless said otherwise. Returns the activity. */
export async function give(
  database: { db: Kysely<DB> },
  communityId: string,
  userId: string,
  xp: number,
  facts: Partial<Activity> = {},
): Promise<Activity> {
  const activity = anAdjustment(xp, { userId, ...facts });
  await awardActivities(database, communityId, [activity]);
  return activity;
}

/** What becomes of members who leave from now on, or are banned. */
export async function treatLeavers(
  database: { db: Kysely<DB> },
  communityId: string,
  fate: Leavers["left"],
): Promise<void> {
  const { settings } = await findSettings(database, communityId);
  const leavers = { ...settings.leavers, left: fate, banned: fate };
  await changeSettings(database, communityId, { settings: { ...settings, leavers }, by: "user_owner" });
}

/** Somebody goes, or is banned, now. */
export async function leave(
  { db }: { db: Kysely<DB> },
  communityId: string,
  userId: string,
  kind: "left" | "banned" = "left",
): Promise<void> {
  const fact = { userId, eventId: `gone:${userId}`, membershipId: null, kind, occurredAt: new Date() };
  await inCommunity(db, communityId, (trx) => recordFact(trx, communityId, { ...fact, source: "webhook" }));
}

/** What is stored of messages, in the order in which they were made. */
export function messageRows({ owner }: Pick<TestDatabase, "owner">, communityId: string) {
  return owner
    .selectFrom("notifications")
    .selectAll()
    .where("community_id", "=", communityId)
    .orderBy("created_at")
    .orderBy("channel")
    .execute();
}

/** So much time passes for what waits in the database. */
export async function passMessageTime({ owner }: Pick<TestDatabase, "owner">, seconds: number): Promise<void> {
  await sql`update notifications set next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}),
    leased_until = leased_until - make_interval(secs => ${seconds}), keyed_at = keyed_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds})`.execute(owner);
}

type PushEffect = {
  title: string;
  content: string;
  user_ids: string[];
  experience_id?: string;
  company_id: string;
  rest_path?: string;
};
type MessageEffect = { id: string; content: string; channel_id: string };

/** What the simulator has done, and the keys it was asked under. */
export function saidBy({ effects }: WhopSimulator) {
  const { notifications, messages, dmChannels } = effects.all();
  return {
    pushes: notifications.map(({ data, idempotencyKey }) => ({ ...(data as PushEffect), idempotencyKey })), // the simulator's own record
    messages: messages.map(({ data, idempotencyKey }) => ({ ...(data as MessageEffect), idempotencyKey })),
    channels: dmChannels.length,
  };
}
