import { sql } from "kysely";
import { AppError } from "@/lib/errors";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import { aMessage } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";
import { activitiesOf, aSyncedCommunity, featureRow, passSyncTime, syncNow, xpOf } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

const HOUR_SECONDS = 3600;

describe("messages that are deleted at Whop", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  type Place = { chatExperienceId: string; communityId: string };

  function write({ chatExperienceId }: Place, userId: string, minutesAgo: number) {
    const createdAt = new Date(Date.now() - Math.round(minutesAgo * 60_000));
    const message = { userId, channelId: chatExperienceId, content: "Good morning!", createdAt, deliver: false };
    return whop().world.postMessage(message);
  }

  /** As its webhook would record it. */
  function tell({ communityId, chatExperienceId }: Place, message: { id: string; userId: string; createdAt: string }) {
    return awardActivity(
      database,
      communityId,
      aMessage({
        activityId: `message:${message.id}`,
        userId: message.userId,
        occurredAt: new Date(message.createdAt),
        experienceId: chatExperienceId,
      }),
    );
  }

  const sync = (communityId: string) => syncNow(database, syncDeps(database, whop()), communityId);
  const outcomeOf = async ({ communityId }: Place, id: string) =>
    (await activitiesOf(database, communityId)).get(`message:${id}`)?.outcome;

  test("one that the sync had seen is taken out, and what it had crowded out is paid", async () => {
    const place = await aSyncedCommunity(database, whop());
    const first = write(place, place.memberId, 30);
    const crowdedOut = write(place, place.memberId, 29.5);
    await sync(place.communityId);
    expect(await outcomeOf(place, crowdedOut.id)).toBe("cooldown");

    whop().world.deleteMessage(first.id);
    const changed: string[][] = [];
    await syncNow(database, syncDeps(database, whop()), place.communityId, {
      news: { awarded: () => undefined, changed: (_, userIds) => changed.push(userIds) },
    });
    expect(await outcomeOf(place, first.id)).toBe("reversed");
    expect(await outcomeOf(place, crowdedOut.id)).toBe("awarded");
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({ xp: 20, messages: 1, reactions: 0 });
    expect(changed).toEqual([[place.memberId]]);
    expect((await featureRow(database, place.communityId, "chat")).removed).toBe(1);
  });

  test("one that only a webhook has told, and that was gone before the sync looked, is taken out", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 40);
    await sync(place.communityId);
    const told = write(place, place.memberId, 30);
    await tell(place, told);
    whop().world.deleteMessage(told.id);
    await sync(place.communityId);
    expect(await outcomeOf(place, told.id)).toBe("reversed");
  });

  test("the author's gains from reactions go with it; who reacted keeps theirs", async () => {
    const place = await aSyncedCommunity(database, whop());
    const { communityId } = place;
    const { settings } = await findSettings(database, communityId);
    const received = settings.actions.reaction_received;
    if (!received) throw new Error("The defaults name it.");
    settings.actions.reaction_received = { ...received, enabled: true };
    await changeSettings(database, communityId, { settings, validFrom: new Date(0), by: "user_owner" });
    const message = write(place, place.memberId, 30);
    whop().world.react({ userId: place.moderatorId, messageId: message.id, deliver: false });
    await sync(communityId);
    expect((await xpOf(database, communityId, place.memberId)).xp).toBe(22);

    whop().world.deleteMessage(message.id);
    await sync(communityId);
    expect((await xpOf(database, communityId, place.memberId)).xp).toBe(0);
    expect((await xpOf(database, communityId, place.moderatorId)).xp).toBe(5);
  });

  test("a large window is read over several turns, at most once an hour", async () => {
    const place = await aSyncedCommunity(database, whop());
    const messages = Array.from({ length: 350 }, (_, n) => write(place, place.memberId, 400 - n));
    await sync(place.communityId);
    const oldest = messages[3]?.id ?? "";
    whop().world.deleteMessage(oldest);
    await sync(place.communityId);
    expect(await outcomeOf(place, oldest)).not.toBe("reversed");
    await passSyncTime(database, place.communityId, HOUR_SECONDS);
    await syncNow(database, syncDeps(database, whop()), place.communityId, { callsPerTurn: 2 });
    expect(await outcomeOf(place, oldest)).toBe("reversed");
    expect(await xpOf(database, place.communityId, place.memberId)).toMatchObject({ messages: 349 });
  });

  test("one that a page has left out is asked for by itself, and stays", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    const deps = syncDeps(database, whop());
    const retrieved: string[] = [];
    const forgetful = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: async () => ({ items: [], nextCursor: null }),
        retrieveMessage: (id: string) => {
          retrieved.push(id);
          return deps.whop.retrieveMessage(id);
        },
      },
    };
    await syncNow(database, forgetful, place.communityId);
    expect(retrieved).toEqual([message.id]);
    expect(await outcomeOf(place, message.id)).toBe("awarded");
  });

  test.each([
    ["the list of channels is refused", "chatChannels.list"],
    ["asking for the message is refused", "messages.retrieve"],
  ])("a permission that is lost in between removes nothing: %s", async (_, operation) => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    whop().world.deleteMessage(message.id);
    whop().permissions.revoke(place.companyId, operation);
    const deps = syncDeps(database, whop());
    const refusing = {
      ...deps,
      whop: {
        ...deps.whop,
        retrieveMessage: async (id: string) => {
          if (operation === "messages.retrieve") throw new AppError("forbidden", "The app lacks the permission.");
          return deps.whop.retrieveMessage(id);
        },
      },
    };
    await syncNow(database, refusing, place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("awarded");
    expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ problem: "no_permission" });

    whop().permissions.grant(place.companyId, operation);
    await sync(place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("reversed");
  });

  test("a company that Whop no longer knows loses nothing, though Whop says of each message that there is none", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    const deps = syncDeps(database, whop());
    whop().permissions.uninstall(place.companyId, 404);
    const halfBlind = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: async () => ({ items: [], nextCursor: null }),
        retrieveMessage: async () => null,
      },
    };
    await syncNow(database, halfBlind, place.communityId);
    whop().permissions.install(place.companyId);
    expect(await outcomeOf(place, message.id)).toBe("awarded");
  });

  test("a channel that is hidden from us loses nothing, though the company still shows us others", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    const deps = syncDeps(database, whop());
    const hidden = {
      ...deps,
      whop: {
        ...deps.whop,
        listChatChannels: async () => [{ id: "feed_other", experienceId: "exp_other", name: "Other" }],
        readMessages: async () => ({ items: [], nextCursor: null }),
        retrieveMessage: async () => null,
      },
    };
    await syncNow(database, hidden, place.communityId);
    await syncNow(database, hidden, place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("awarded");
  });

  test("one younger than two minutes is not judged", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 30);
    const young = write(place, place.memberId, 1);
    await sync(place.communityId);
    whop().world.deleteMessage(young.id);
    await sync(place.communityId);
    expect(await outcomeOf(place, young.id)).toBe("awarded");
  });

  test("what another system has told us under ids of its own, or a person by hand, is not looked for at Whop", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 30);
    await sync(place.communityId);
    const facts = {
      userId: place.memberId,
      occurredAt: new Date(Date.now() - 20 * 60_000),
      experienceId: place.chatExperienceId,
    };
    await awardActivities(database, place.communityId, [
      aMessage({ ...facts, activityId: "message:msg_from_elsewhere" }),
      aMessage({ ...facts, activityId: `message:${"ab".repeat(32)}` }),
      aMessage({ ...facts, activityId: "message:post_42" }),
      aMessage({ ...facts, activityId: "message:post_ABCDEFGHJKLMNP", source: "api" }),
    ]);
    await sync(place.communityId);
    const outcomes = [...(await activitiesOf(database, place.communityId)).values()].map(({ outcome }) => outcome);
    expect(outcomes).toHaveLength(5);
    expect(outcomes).not.toContain("reversed");
  });

  test("one that Whop shows again after it had said that it is gone is put back", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    const deps = syncDeps(database, whop());
    const lying = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: async () => ({ items: [], nextCursor: null }),
        retrieveMessage: async () => null,
      },
    };
    await syncNow(database, lying, place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("reversed");
    await sync(place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("awarded");
    expect((await xpOf(database, place.communityId, place.memberId)).xp).toBe(20);
  });

  test("one that a person had taken out before is not put back, though Whop shows it", async () => {
    const place = await aSyncedCommunity(database, whop());
    const message = write(place, place.memberId, 30);
    await sync(place.communityId);
    await removeActivity({ db: database.db, redis: redisAway }, place.communityId, `message:${message.id}`);
    const deps = syncDeps(database, whop());
    const lying = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: async () => ({ items: [], nextCursor: null }),
        retrieveMessage: async () => null,
      },
    };
    await syncNow(database, lying, place.communityId);
    await sync(place.communityId);
    await sync(place.communityId);
    expect(await outcomeOf(place, message.id)).toBe("reversed");
  });

  test("a read that is cut short judges nothing", async () => {
    const place = await aSyncedCommunity(database, whop());
    const messages = Array.from({ length: 250 }, (_, n) => write(place, place.memberId, 300 - n));
    await sync(place.communityId);
    await passSyncTime(database, place.communityId, HOUR_SECONDS);
    whop().faults.add({ kind: "repeat_page", operation: "messages.list", times: 5 });
    await sync(place.communityId);
    const { rows } = await sql<{ missing: number }>`
      select count(*)::integer as missing from sync_items
      where community_id = ${place.communityId} and missing_since is not null`.execute(database.owner);
    expect(rows[0]?.missing).toBe(0);
    expect(await xpOf(database, place.communityId, place.memberId)).toMatchObject({ messages: messages.length });
  });
});
