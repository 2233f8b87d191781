import { setDeps } from "@/lib/deps";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { anAdjustment } from "@/tests/support/community";
import { aMessageEvent } from "@/tests/support/events";
import { mortal } from "@/tests/support/mortal";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const LEVEL_5_AT = 770;
const MESSAGE_XP = 20;

const app = anApp({ env: BEHIND_PROXIES });
afterEach(() => setDeps(app().deps));

/** A community whose levels pay, and a member one message below level 5. */
async function aPlace(): Promise<CommunityInWhop> {
  const { deps, database, whop } = app();
  const place = aCommunityIn(whop);
  await deps.communities.resolve(place.chatExperienceId);
  await database.owner
    .updateTable("communities")
    .set({ rewards_confirmed_at: new Date(), rewards_confirmed_by: place.ownerId })
    .where("community_id", "=", place.companyId)
    .execute();
  const occurredAt = new Date(Date.now() - 30 * 60_000);
  const { memberId: userId } = place;
  await awardActivities(deps, place.companyId, [anAdjustment(LEVEL_5_AT - MESSAGE_XP, { userId, occurredAt })]);
  return place;
}

/** All that a message which reaches level 5 leaves behind. */
async function left({ companyId, memberId }: CommunityInWhop) {
  const { owner } = app().database;
  const of = (table: "activity_log" | "rewards") =>
    owner.selectFrom(table).where("community_id", "=", companyId).where("user_id", "=", memberId);
  const { xp, level } = await owner
    .selectFrom("users")
    .select(["xp", "level"])
    .where("community_id", "=", companyId)
    .where("user_id", "=", memberId)
    .executeTakeFirstOrThrow();
  const messages = await of("activity_log").where("action", "=", "message").selectAll().execute();
  const rewards = await of("rewards").selectAll().execute();
  const told = await owner
    .selectFrom("notifications")
    .select("to_level")
    .where("community_id", "=", companyId)
    .where("about", "=", "level_up")
    .where("to_level", "=", 5)
    .execute();
  return { xp: Number(xp), level, messages: messages.length, rewards: rewards.length, told: told.length };
}

const NOTHING = { xp: LEVEL_5_AT - MESSAGE_XP, level: 4, messages: 0, rewards: 0, told: 0 };
const ALL = { xp: LEVEL_5_AT, level: 5, messages: 1, rewards: 1, told: 1 };

test("an app killed after any step of a message that reaches a level: all of it or nothing, and the redelivery completes it", async () => {
  for (let moment = 1; ; moment += 1) {
    const place = await aPlace();
    const event = aMessageEvent(place);
    const doomed = mortal(app().deps, moment);
    setDeps(doomed.deps);
    const { status } = await sendWebhook(app(), event);
    const after = await left(place);
    expect(after).toMatchObject(after.messages === 1 ? ALL : NOTHING);
    // What was acknowledged is there.
    if (status === 200) expect(after).toEqual(ALL);

    setDeps(app().deps);
    expect((await sendWebhook(app(), event)).status).toBe(200);
    expect(await left(place)).toEqual(ALL);
    if (status === 200) {
      expect(moment).toBeGreaterThan(3);
      return;
    }
  }
});
