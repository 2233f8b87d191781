import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { awardActivity } from "@/services/xp/award-activity";
import { aMessage } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import {
  activitiesOf,
  aSyncedCommunity,
  featureRow,
  passSyncTime,
  placeRow,
  syncNow,
  xpOf,
} from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

const MINUTE_MS = 60_000;

describe("the chat, read once more", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  type Place = { chatExperienceId: string };

  function write({ chatExperienceId }: Place, userId: string, minutesAgo: number, content = "Good morning, everyone!") {
    const createdAt = new Date(Date.now() - Math.round(minutesAgo * MINUTE_MS));
    return whop().world.postMessage({ userId, channelId: chatExperienceId, content, createdAt, deliver: false });
  }

  /** So many messages of one member, three minutes apart, the oldest first. */
  function writeMany(place: Place, userId: string, count: number) {
    return Array.from({ length: count }, (_, n) => write(place, userId, (count - n) * 3));
  }

  const sync = (communityId: string, options = {}) =>
    syncNow(database, syncDeps(database, whop()), communityId, options);

  test("a message of which no webhook has come is recorded at its own time, and pays as if live", async () => {
    const place = await aSyncedCommunity(database, whop());
    const one = write(place, place.memberId, 50);
    const other = write(place, place.memberId, 49.5);
    await sync(place.communityId);

    const activities = await activitiesOf(database, place.communityId);
    expect(activities.get(`message:${one.id}`)).toMatchObject({ outcome: "awarded", xp: 20, source: "sync" });
    expect(activities.get(`message:${one.id}`)?.occurredAt.toISOString()).toBe(one.createdAt);
    expect(activities.get(`message:${other.id}`)).toMatchObject({ outcome: "cooldown", xp: 0 });
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({ xp: 20, messages: 2, reactions: 0 });
  });

  test("a message that a webhook has told already counts once, in either order", async () => {
    const place = await aSyncedCommunity(database, whop());
    const first = write(place, place.memberId, 20);
    const second = write(place, place.memberId, 10);
    const told = (message: typeof first) =>
      awardActivity(
        database,
        place.communityId,
        aMessage({
          activityId: `message:${message.id}`,
          userId: place.memberId,
          occurredAt: new Date(message.createdAt),
          experienceId: place.chatExperienceId,
        }),
      );
    await told(first);
    await sync(place.communityId);
    await told(second);
    await sync(place.communityId);
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({ xp: 40, messages: 2, reactions: 0 });
    expect((await featureRow(database, place.communityId, "chat")).recorded).toBe(1);
  });

  test("commands, system messages and the app's own are no activity; neither is what was before the app came", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 5, "/mylevel");
    write(place, whop().botUserId, 5);
    whop().world.postMessage({
      userId: place.memberId,
      channelId: place.chatExperienceId,
      content: "Mia has joined",
      type: "system",
      createdAt: new Date(Date.now() - MINUTE_MS),
      deliver: false,
    });
    write(place, place.memberId, 25 * 60);
    await sync(place.communityId);
    expect([...(await activitiesOf(database, place.communityId)).keys()]).toEqual([]);
  });

  test("who has had everything deleted is not counted anew by what they wrote before it, and is by what they write after", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 30);
    await sync(place.communityId);
    write(place, place.memberId, 20); // which neither a webhook nor a read has shown by now
    await inCommunity(database.db, place.communityId, (trx) =>
      sql`select erase_member(${place.communityId}, ${place.memberId})`.execute(trx),
    );
    await sync(place.communityId);
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({ xp: 0, messages: 0, reactions: 0 });

    write(place, place.memberId, 0);
    await sync(place.communityId);
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({ xp: 20, messages: 1, reactions: 0 });
  });

  test("several pages are read back to what is known, and what is known is not read again", async () => {
    const place = await aSyncedCommunity(database, whop());
    writeMany(place, place.memberId, 250);
    await sync(place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(250);
    const before = await featureRow(database, place.communityId, "chat");

    write(place, place.memberId, 0.5);
    await sync(place.communityId);
    const after = await featureRow(database, place.communityId, "chat");
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(251);
    expect(after.requests - before.requests).toBe(1);
    expect(after).toMatchObject({ problem: null, failures: 0 });
  });

  test("a turn is bounded; the next ones go on where it stopped", async () => {
    const place = await aSyncedCommunity(database, whop());
    writeMany(place, place.memberId, 450);
    const turns = await sync(place.communityId, { callsPerTurn: 2 });
    expect(turns).toBeGreaterThan(2);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(450);
    const row = await featureRow(database, place.communityId, "chat");
    // One list of channels and five pages, none of them twice.
    expect(row).toMatchObject({ read: 450, requests: 6, problem: null });
  });

  test("caught up to the moment at which the last complete read began, and not before it is complete", async () => {
    const place = await aSyncedCommunity(database, whop());
    writeMany(place, place.memberId, 250);
    const began = Date.now();
    const deps = syncDeps(database, whop());
    await syncNow(database, deps, place.communityId, { callsPerTurn: 2, until: new Date(began + 1) });
    await syncNow(database, deps, place.communityId, { callsPerTurn: 2, secondsPerTurn: 20, until: undefined });
    const { caught_up_to, last_success_at } = await featureRow(database, place.communityId, "chat");
    expect(caught_up_to?.getTime()).toBeGreaterThanOrEqual(began);
    expect(last_success_at).not.toBeNull();
  });

  test("pinned messages that come first, however old, do not end the read", async () => {
    const place = await aSyncedCommunity(database, whop());
    const messages = writeMany(place, place.memberId, 150);
    const { id } = write(place, place.memberId, 20 * 60);
    whop().world.pinMessage(id);
    const deps = syncDeps(database, whop());
    const pinned = await deps.whop.retrieveMessage(id);
    const pinnedFirst = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: async (of: Parameters<typeof deps.whop.readMessages>[0]) => {
          const page = await deps.whop.readMessages(of);
          return pinned ? { ...page, items: [pinned, ...page.items.filter((one) => one.id !== id)] } : page;
        },
      },
    };
    await syncNow(database, pinnedFirst, place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(151);
    await syncNow(database, pinnedFirst, place.communityId);
    expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ problem: null, last_error: null });
    expect((await activitiesOf(database, place.communityId)).has(`message:${messages[0]?.id}`)).toBe(true);
  });

  test.each(["stuck_cursor", "repeat_page"] as const)(
    "%s: is noticed and noted, and the next run reads all",
    async (kind) => {
      const place = await aSyncedCommunity(database, whop());
      writeMany(place, place.memberId, 250);
      whop().faults.add({ kind, operation: "messages.list", times: 50 });
      await sync(place.communityId);
      const row = await featureRow(database, place.communityId, "chat");
      expect(row).toMatchObject({
        problem: "error",
        last_error: kind === "stuck_cursor" ? "stuck_cursor" : "repeating_page",
        caught_up_to: null,
      });
      expect(row.requests).toBeLessThan(5);
      // What the pages before have shown is recorded all the same.
      expect((await xpOf(database, place.communityId, place.memberId)).messages).toBeGreaterThanOrEqual(100);

      whop().faults.clear();
      await sync(place.communityId);
      expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(250);
      expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ problem: null, failures: 0 });
    },
  );

  test("a cursor that Whop has forgotten between two turns: the read begins anew and misses nothing", async () => {
    const place = await aSyncedCommunity(database, whop());
    writeMany(place, place.memberId, 250);
    const deps = syncDeps(database, whop());
    // After the first page, the stored cursor becomes one that Whop does not take.
    let calls = 0;
    const forgetful = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) => {
          calls += 1;
          return deps.whop.readMessages(calls === 2 ? { ...of, after: "forgotten" } : of);
        },
      },
    };
    await syncNow(database, forgetful, place.communityId);
    expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ last_error: "lost_cursor" });
    await syncNow(database, deps, place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(250);
  });

  test("the oldest first, against all that Whop says: everything is recorded, and the oddity noted", async () => {
    const place = await aSyncedCommunity(database, whop());
    writeMany(place, place.memberId, 230);
    const deps = syncDeps(database, whop());
    const upsideDown = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) =>
          deps.whop.readMessages({ ...of, direction: "asc" as const }),
      },
    };
    await syncNow(database, upsideDown, place.communityId);
    write(place, place.memberId, 0.5);
    await syncNow(database, upsideDown, place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(231);
    expect(await featureRow(database, place.communityId, "chat")).toMatchObject({
      problem: null,
      last_error: "unexpected_order",
    });
  });

  test("a channel that is new is found, and one that the app may not see does not hold up the others", async () => {
    const place = await aSyncedCommunity(database, whop());
    await sync(place.communityId);
    const secret = whop().world.addExperience({ companyId: place.companyId, name: "Secret", kind: "chat" });
    write(place, place.memberId, 5);
    write({ chatExperienceId: secret.id }, place.memberId, 3);
    await passSyncTime(database, place.communityId, 3600);
    const deps = syncDeps(database, whop());
    const secretChannel = whop().world.channel(secret.id)?.id;
    const blind = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) =>
          of.channelId === secretChannel
            ? deps.whop.readMessages({ ...of, channelId: "feed_unknown" })
            : deps.whop.readMessages(of),
      },
    };
    await syncNow(database, blind, place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(1);
    await syncNow(database, deps, place.communityId);
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(2);
    expect((await placeRow(database, place.communityId, secretChannel ?? "")).caught_up_to).not.toBeNull();
  });

  test("a community without any chat left has no problem, and loses nothing", async () => {
    const place = await aSyncedCommunity(database, whop());
    write(place, place.memberId, 5);
    await sync(place.communityId);
    const deps = syncDeps(database, whop());
    const withoutChats = {
      ...deps,
      whop: {
        ...deps.whop,
        listChatChannels: async () => [],
        readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) =>
          deps.whop.readMessages({ ...of, channelId: "feed_unknown" }),
      },
    };
    for (let n = 0; n < 2; n += 1) {
      const began = Date.now();
      await syncNow(database, withoutChats, place.communityId);
      const row = await featureRow(database, place.communityId, "chat");
      expect(row).toMatchObject({ problem: null });
      expect(row.caught_up_to?.getTime()).toBeGreaterThanOrEqual(began);
    }
    expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(1);
  });

  test("webhook and sync racing for the same messages count each once", async () => {
    const place = await aSyncedCommunity(database, whop());
    const messages = writeMany(place, place.memberId, 120);
    const deps = syncDeps(database, whop());
    const told = messages.map((message) =>
      awardActivity(database, place.communityId, {
        ...aMessage({ userId: place.memberId, occurredAt: new Date(message.createdAt) }),
        activityId: `message:${message.id}`,
        experienceId: place.chatExperienceId,
      }),
    );
    await Promise.all([syncNow(database, deps, place.communityId), ...told]);
    expect(await xpOf(database, place.communityId, place.memberId)).toEqual({
      xp: 120 * 20,
      messages: 120,
      reactions: 0,
    });
  });

  test("nothing of what members wrote, nor who wrote it, is in the sync's own tables", async () => {
    const place = await aSyncedCommunity(database, whop());
    const secret = `secret-${randomUUID()}`;
    write(place, place.memberId, 5, secret);
    await sync(place.communityId);
    const tables = ["sync_communities", "sync_features", "sync_places", "sync_items"] as const;
    const rows = await Promise.all(tables.map((table) => database.owner.selectFrom(table).selectAll().execute()));
    const text = JSON.stringify(rows);
    expect(text).not.toContain(secret);
    expect(text).not.toContain(place.memberId);
  });
});
