import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { findSettings } from "@/services/communities/find-settings";
import { awardByHand } from "@/services/members/award-by-hand";
import { eraseMember } from "@/services/members/erase-member";
import { KEPT_DATA } from "@/services/members/kept-data";
import { writeMyData } from "@/services/members/my-data";
import { recordMembership } from "@/services/members/record-membership";
import { setPreferences } from "@/services/notifications/preferences";
import { awardActivities } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage, anAdjustment, aUserId } from "@/tests/support/community";
import { aCommunityIn } from "@/tests/support/whop";

const app = anApp();

async function download(communityId: string, userId: string) {
  const pieces: string[] = [];
  for await (const piece of writeMyData(app().deps, communityId, userId)) pieces.push(piece);
  return { file: JSON.parse(pieces.join("")), pieces };
}

test("the file holds everything that is stored of the member, and says what each part is", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const [userId, other] = [aUserId(), aUserId()];
  const messages = [aMessage({ userId, contentLength: 11 }), aMessage({ userId: other })];
  await awardActivities(deps, communityId, [...messages, anAdjustment(1_000, { userId })]);
  await removeActivity(deps, communityId, messages[0]?.activityId ?? "");
  await sql`insert into profiles (community_id, user_id, name, username, fetched_at)
    values (${communityId}, ${userId}, 'Mia Member', 'mia', now())`.execute(database.owner);

  await setPreferences(deps, communityId, userId, { notifications: true, timeZone: "Europe/Vienna" });
  const joined = { eventId: "e1", membershipId: "mem_1", kind: "joined", userId, occurredAt: new Date() } as const;
  await recordMembership(deps, communityId, [{ ...joined, source: "webhook" }]);
  await inCommunity(database.db, communityId, (trx) =>
    sql`select set_member_role(${communityId}, ${userId}, 'moderator', now())`.execute(trx),
  );

  const { file } = await download(communityId, userId);
  expect(file).toMatchObject({
    about: { format: "wee5-my-data", version: 1, communityId, userId },
    profile: { name: "Mia Member", username: "mia" },
    standing: { xp: 1_000, level: 5, visibility: "public", total_messages: 0 },
    openingBalance: null,
    days: [{ action: "adjustment", xp: 1_000 }],
    rewards: [{ level: 5, type: "free_days", value: { days: 3 }, state: "due" }],
    memberships: [{ kind: "joined", membership_id: "mem_1", source: "webhook" }],
    roles: [{ role: "moderator" }],
    messageChoice: { notifications: true, time_zone: "Europe/Vienna" },
    toldLevel: { level: 5 },
    messages: [{ about: "level_up", channel: "push", to_level: 5, state: "due" }],
    audit: [],
    keptAfterDeletion: KEPT_DATA,
  });
  expect(file.activities).toHaveLength(2);
  expect(file.activities.find((one: { action: string }) => one.action === "message")).toMatchObject({
    activityId: messages[0]?.activityId,
    contentLength: 11,
    outcome: "awarded",
    xp: 20,
    corrections: [{ outcome: "reversed", xp: 0, cause: "removed" }],
  });
  expect(JSON.stringify(file)).not.toContain(other);
  const parts = Object.keys(file).filter((part) => part !== "about");
  expect(Object.keys(file.about.schema).sort()).toEqual(parts.sort());
});

test("what others did about the member is in the file", async () => {
  const { deps, whop } = app();
  const { companyId, experienceId, memberId, moderatorId } = aCommunityIn(whop);
  await deps.communities.resolve(experienceId);
  await awardByHand(deps, {
    communityId: companyId,
    by: moderatorId,
    userId: memberId,
    experienceId,
    action: "message",
  });
  const expected = [{ action: "xp.awarded", actorUserId: moderatorId, subject: memberId, details: { xp: 20 } }];
  expect((await download(companyId, memberId)).file.audit).toMatchObject(expected);
  expect((await download(companyId, moderatorId)).file.audit).toMatchObject(expected);
});

test("of many activities each is in the file once, in pieces of a thousand at most", async () => {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  await findSettings(deps, communityId);
  const userId = aUserId();
  // Many at one moment, so that a page ends among equals.
  await sql`insert into activity_log (community_id, user_id, occurred_at, activity_id, action, source, settings_version, outcome, base_xp, xp)
    select ${communityId}, ${userId}, now() - (n / 700) * interval '1 minute', 'message:' || n, 'message', 'seed', 1, 'awarded', 20, 20
    from generate_series(1, 3500) n`.execute(database.owner);
  const { file, pieces } = await download(communityId, userId);
  const ids = file.activities.map((one: { activityId: string }) => one.activityId);
  expect([ids.length, new Set(ids).size]).toEqual([3_500, 3_500]);
  expect(Math.max(...pieces.map((piece) => piece.split("activityId").length - 1))).toBeLessThanOrEqual(1_001);
  const times = file.activities.map((one: { occurredAt: string }) => Date.parse(one.occurredAt));
  expect(times).toEqual([...times].sort((a, b) => a - b));
});

test("of somebody who has done nothing, and of who has been erased, there is a whole file with nothing in it", async () => {
  const { deps, database } = app();
  const communityId = await aCommunity(database);
  const userId = aUserId();
  const none = { messageChoice: null, toldLevel: null, messages: [] };
  const nothing = { profile: null, openingBalance: null, days: [], rewards: [], activities: [], ...none };
  expect((await download(communityId, userId)).file).toMatchObject({ ...nothing, standing: null, audit: [] });
  await awardActivities(deps, communityId, [aMessage({ userId })]);
  await eraseMember(deps, communityId, userId);
  const { file } = await download(communityId, userId);
  expect(file).toMatchObject({ ...nothing, standing: { xp: 0 }, audit: [{ action: "member.erased" }] });
});
