import { reactionActivities } from "@/services/activity/facts";
import { awardActivities } from "@/services/xp/award-activity";
import { useDatabase } from "@/tests/support/database";
import { activitiesOf, aSyncedCommunity, featureRow, syncNow, xpOf } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

describe("reactions in the chat", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  function write({ chatExperienceId }: { chatExperienceId: string }, userId: string, minutesAgo: number) {
    const createdAt = new Date(Date.now() - Math.round(minutesAgo * 60_000));
    const message = { userId, channelId: chatExperienceId, content: "Good morning!", createdAt, deliver: false };
    return whop().world.postMessage(message);
  }

  const react = (userId: string, messageId: string, emoji?: string) =>
    whop().world.react({ userId, messageId, emoji, deliver: false });
  const sync = (communityId: string) => syncNow(database, syncDeps(database, whop()), communityId);

  test("one counts when it is first seen, whenever it was given", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 300);
    react(place.moderatorId, message.id);
    const before = Date.now();
    await sync(place.communityId);
    const reaction = (await activitiesOf(database, place.communityId)).get(
      `reaction:${place.moderatorId}:${message.id}`,
    );
    expect(reaction).toMatchObject({ outcome: "awarded", xp: 5, userId: place.moderatorId, source: "sync" });
    expect(reaction?.occurredAt.getTime()).toBeGreaterThanOrEqual(before);
  });

  test("once per member and message, whichever emoji; taken back and given again it is the same", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    const first = react(place.moderatorId, message.id, ":heart:");
    react(place.moderatorId, message.id, ":fire:");
    await sync(place.communityId);
    const before = await activitiesOf(database, place.communityId);
    whop().world.unreact(first.id);
    await sync(place.communityId);
    react(place.moderatorId, message.id, ":heart:");
    react(place.moderatorId, message.id, ":wave:");
    await sync(place.communityId);
    expect(await activitiesOf(database, place.communityId)).toEqual(before);
    expect(await xpOf(database, place.communityId, place.moderatorId)).toEqual({ xp: 5, messages: 0, reactions: 1 });
  });

  test("to one's own message it pays nothing", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    react(place.memberId, message.id);
    await sync(place.communityId);
    const activities = await activitiesOf(database, place.communityId);
    expect(activities.get(`reaction:${place.memberId}:${message.id}`)).toMatchObject({ outcome: "self", xp: 0 });
    expect([...activities.keys()]).toHaveLength(2);
  });

  test("one that a webhook has told keeps its time", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    react(place.moderatorId, message.id);
    const at = new Date(Date.now() - 25 * 60_000);
    const { moderatorId: userId, memberId: authorId, chatExperienceId: experienceId } = place;
    const deps = syncDeps(database, whop());
    const [given] = reactionActivities(
      deps,
      { userId, authorId, targetId: message.id, targetAt: new Date(message.createdAt), at, experienceId },
      "webhook",
    );
    if (given) await awardActivities(database, place.communityId, [given]);
    await sync(place.communityId);
    const activities = await activitiesOf(database, place.communityId);
    expect(activities.get(`reaction:${userId}:${message.id}`)).toMatchObject({ occurredAt: at, source: "webhook" });
  });

  test("they are read again only when their number has changed", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    react(place.moderatorId, message.id);
    await sync(place.communityId);
    const asked = async () => (await featureRow(database, place.communityId, "reactions")).requests;
    expect(await asked()).toBe(1);
    await sync(place.communityId);
    expect(await asked()).toBe(1);
    react(place.ownerId, message.id);
    await sync(place.communityId);
    expect(await asked()).toBe(2);
    expect((await xpOf(database, place.communityId, place.ownerId)).xp).toBe(5);
  });

  test("more than a page of them are all read", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    for (let n = 0; n < 130; n += 1) react(whop().world.addUser().id, message.id);
    await sync(place.communityId);
    expect((await featureRow(database, place.communityId, "reactions")).recorded).toBe(130);
  });

  test.each(["stuck_cursor", "repeat_page"] as const)(
    "%s: noted, what was seen is recorded, the rest comes later",
    async (kind) => {
      const place = await aSyncedCommunity(database, whop());
      const [one, other] = [write(place, place.memberId, 30), write(place, place.memberId, 20)];
      for (let n = 0; n < 230; n += 1) react(whop().world.addUser().id, other.id);
      react(place.ownerId, one.id);
      whop().faults.add({ kind, operation: "reactions.list", times: 3 });
      await sync(place.communityId);
      expect(await featureRow(database, place.communityId, "reactions")).toMatchObject({ problem: "error" });
      expect((await xpOf(database, place.communityId, place.ownerId)).xp).toBe(5);
      whop().faults.clear();
      await sync(place.communityId);
      expect(await featureRow(database, place.communityId, "reactions")).toMatchObject({
        problem: null,
        recorded: 231,
      });
    },
  );

  test("to a message that has just gone: nothing is recorded and nothing fails", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    react(place.moderatorId, message.id);
    const deps = syncDeps(database, whop());
    const late = {
      ...deps,
      whop: {
        ...deps.whop,
        readReactions: (of: Parameters<typeof deps.whop.readReactions>[0]) => {
          whop().world.deleteMessage(message.id);
          return deps.whop.readReactions(of);
        },
      },
    };
    await syncNow(database, late, place.communityId);
    expect(await featureRow(database, place.communityId, "reactions")).toMatchObject({ problem: null });
    expect((await xpOf(database, place.communityId, place.moderatorId)).xp).toBe(0);
  });
});
