import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { WhopClient } from "@/lib/whop/client";
import { countBatch } from "@/services/activity/back-fill/count-batch";
import { listPlaces } from "@/services/activity/back-fill/list-places";
import { readBackFill } from "@/services/activity/back-fill/read-back-fill";
import { readNextPage } from "@/services/activity/back-fill/read-next-page";
import { runBackFills } from "@/services/activity/back-fill/run-back-fills";
import { cancelBackFill, startBackFill } from "@/services/activity/back-fill/start-back-fill";
import { TurnOver } from "@/services/activity/back-fill/turn";
import { messageActivity } from "@/services/activity/facts";
import { eraseMember } from "@/services/members/erase-member";
import { awardActivities } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import {
  aCommunityWithPast,
  backFill,
  backFillDeps,
  passBackFillTime,
  writeInThePast,
} from "@/tests/support/back-filling";
import { storedMember } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { shuffled } from "@/tests/support/instances";
import { mortal } from "@/tests/support/mortal";
import { messageRows } from "@/tests/support/notifying";
import { redisAway } from "@/tests/support/redis-away";
import { aWhop } from "@/tests/support/whop";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());
const whop = aWhop({ rateLimitPerMinute: 0 });
const deps = () => backFillDeps(database, whop());
const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;

/** What has been recorded, as "id outcome". */
async function recorded(communityId: string): Promise<string[]> {
  const rows = await database.owner
    .selectFrom("activities")
    .select(["activity_id", "outcome"])
    .where("community_id", "=", communityId)
    .orderBy("activity_id")
    .execute();
  return rows.map(({ activity_id, outcome }) => `${activity_id} ${outcome}`);
}

async function left(communityId: string): Promise<{ items: number; places: number }> {
  const { rows } = await sql<{ items: number; places: number }>`
    select (select count(*)::integer from back_fill_items where community_id = ${communityId}) as items,
      (select count(*)::integer from back_fill_places where community_id = ${communityId}) as places`.execute(
    database.owner,
  );
  return rows[0] ?? { items: -1, places: -1 };
}

const userIds = async (communityId: string) =>
  (
    await database.owner
      .selectFrom("users")
      .select("user_id")
      .where("community_id", "=", communityId)
      .orderBy("user_id")
      .execute()
  ).map(({ user_id }) => user_id);

/** Every number stored of a member is what the fold over the recorded activities makes it. */
async function expectEveryMemberRight(communityId: string): Promise<void> {
  const differences = await inCommunity(database.db, communityId, async (trx) => {
    const rules = await readRules(trx, communityId);
    const found = [];
    for (const userId of await userIds(communityId)) found.push(...(await checkMember(trx, rules, userId)));
    return found;
  });
  expect(differences).toEqual([]);
}

test("3,000 messages that were read are the same as the same 3,000 by webhook", async () => {
  const [read, told] = [await aCommunityWithPast(database, whop()), await aCommunityWithPast(database, whop())];
  const past = writeInThePast(whop(), read, { messages: 3_000, members: 40, days: 89, prefix: "user_three" });
  await backFill(deps(), read.companyId);
  const counted = { state: "done", read: 3_000, counted: 3_000, recorded: 3_000, refused: [], problem: null, share: 1 };
  expect(await readBackFill(database, read.companyId)).toMatchObject(counted);
  expect(await left(read.companyId)).toEqual({ items: 0, places: 0 });

  const content = (id: string) => whop().world.message(id)?.content ?? null;
  const activities = past.map((message) => {
    const facts = { ...message, type: "regular", content: content(message.id), experienceId: read.chatExperienceId };
    return messageActivity(deps(), facts, "webhook");
  });
  for (let at = 0; at < activities.length; at += 100) {
    await awardActivities(database, told.companyId, activities.slice(at, at + 100));
  }
  expect(await recorded(read.companyId)).toEqual(await recorded(told.companyId));
  const members = await userIds(told.companyId);
  expect([members.length, await userIds(read.companyId)]).toEqual([40, members]);
  for (const userId of members) {
    expect(await storedMember(database, read.companyId, userId)).toEqual(
      await storedMember(database, told.companyId, userId),
    );
  }
}, 180_000);

test("chats, forum posts and comments are counted, and nothing that a webhook would not have been", async () => {
  const { companyId, chatExperienceId, forumId, memberId, ownerId } = await aCommunityWithPast(database, whop());
  const { world, botUserId } = whop();
  const at = (days: number) => ({ createdAt: new Date(Date.now() - days * DAY_MS), deliver: false });
  const chat = { channelId: chatExperienceId, ...at(10) };
  const message = world.postMessage({ ...chat, userId: memberId, content: "Hello to all of you" });
  world.postMessage({ ...chat, userId: memberId, content: "/mylevel" });
  world.postMessage({ ...chat, userId: botUserId, content: "You reached level 2" });
  world.postMessage({ ...chat, userId: memberId, content: "Mia joined", type: "system" });
  world.react({ messageId: message.id, userId: ownerId, ...at(10) });
  const forum = { experienceId: forumId, content: "My first hundred dollars" };
  const post = world.addPost({ ...forum, userId: memberId, ...at(9) });
  const old = world.addPost({ ...forum, userId: memberId, ...at(200), isPinned: true });
  const comments = [post, old].map(({ id }, n) =>
    world.addPost({ ...forum, userId: ownerId, parentId: id, ...at(5 + n) }),
  );
  await backFill(deps(), companyId);
  const expected = [
    ...comments.map(({ id }) => `comment:${id} awarded`),
    `message:${message.id} awarded`,
    `post:${post.id} awarded`,
  ];
  expect(await recorded(companyId)).toEqual(expected.sort());
  const sources = await sql<{ source: string }>`
    select distinct source from activity_log where community_id = ${companyId}`.execute(database.owner);
  expect(sources.rows).toEqual([{ source: "history" }]);
});

test("a member has the XP for messages up to the edge of 90 days, and none for those before it", async () => {
  const { companyId, chatExperienceId, memberId } = await aCommunityWithPast(database, whop());
  const write = (ageMs: number) =>
    whop().world.postMessage({
      userId: memberId,
      channelId: chatExperienceId,
      content: "About ninety days ago",
      createdAt: new Date(Date.now() - ageMs),
      deliver: false,
    });
  write(90 * DAY_MS + MINUTE_MS);
  const inside = write(90 * DAY_MS - 10 * MINUTE_MS);
  await backFill(deps(), companyId);
  expect(await recorded(companyId)).toEqual([`message:${inside.id} awarded`]);
  expect(await readBackFill(database, companyId)).toMatchObject({ read: 1, recorded: 1, xp: 20 });
});

test("reading ends with the page that reaches the edge", async () => {
  const place = await aCommunityWithPast(database, whop());
  writeInThePast(whop(), place, { messages: 1_000, members: 5, days: 900, prefix: "user_long" });
  await backFill(deps(), place.companyId);
  const row = await database.owner
    .selectFrom("back_fills")
    .select(["read", "requests"])
    .where("community_id", "=", place.companyId)
    .executeTakeFirstOrThrow();
  expect(row.read).toBeGreaterThanOrEqual(99);
  expect(row.read).toBeLessThanOrEqual(100);
  expect(row.requests).toBeLessThanOrEqual(3); // two pages of the chat, one of the forum
});

describe("killed", () => {
  test("at any moment, it goes on from there and counts each activity once", async () => {
    const place = await aCommunityWithPast(database, whop());
    const past = writeInThePast(whop(), place, { messages: 450, members: 7, days: 80, prefix: "user_killed" });
    const post = whop().world.addPost({
      userId: place.memberId,
      experienceId: place.forumId,
      content: "A win of mine",
    });
    await startBackFill(deps(), place.companyId, "user_owner");
    let deaths = 0;
    // Each life is a little longer than the one before, so that every kind of step is among the last ones.
    for (let life = 2; (await readBackFill(database, place.companyId))?.finishedAt === null; life += 3) {
      const { deps: mortalDeps, died } = mortal(deps(), life % 60);
      await runBackFills(mortalDeps, { until: new Date(Date.now() + 60_000) }).catch(() => undefined);
      if (died()) deaths += 1;
      await passBackFillTime(database, place.companyId);
    }
    expect(deaths).toBeGreaterThan(10);
    expect(await recorded(place.companyId)).toHaveLength(past.length + 1);
    expect(await recorded(place.companyId)).toContain(`post:${post.id} awarded`);
    expect(await readBackFill(database, place.companyId)).toMatchObject({
      state: "done",
      read: 451,
      counted: 451,
      recorded: 451,
    });
    await expectEveryMemberRight(place.companyId);
  }, 120_000);

  test("while another has taken over, whoever wakes up again counts nothing and moves nothing", async () => {
    const place = await aCommunityWithPast(database, whop());
    writeInThePast(whop(), place, { messages: 250, members: 5, days: 60, prefix: "user_frozen" });
    await startBackFill(deps(), place.companyId, "user_owner");
    const real = deps();
    let calls = 0;
    let other: Promise<number> | undefined;
    const whopThatFreezes: WhopClient = {
      ...real.whop,
      readMessages: async (of) => {
        const page = await real.whop.readMessages(of);
        calls += 1;
        if (calls === 2) {
          await passBackFillTime(database, place.companyId);
          other = runBackFills(deps(), { communityId: place.companyId, until: new Date(Date.now() + 60_000) });
          await other;
        }
        return page;
      },
    };
    await runBackFills(
      { ...real, whop: whopThatFreezes },
      { communityId: place.companyId, until: new Date(Date.now() + 60_000) },
    );
    expect(await other).toBeGreaterThan(0);
    expect(await readBackFill(database, place.companyId)).toMatchObject({
      state: "done",
      read: 250,
      counted: 250,
      recorded: 250,
    });
    await expectEveryMemberRight(place.companyId);
  }, 60_000);
});

test("a batch is counted by whoever has the lease, or not at all", async () => {
  const place = await aCommunityWithPast(database, whop());
  writeInThePast(whop(), place, { messages: 20, members: 2, days: 20, prefix: "user_fenced" });
  await startBackFill(database, place.companyId, "user_owner");
  const late = {
    deps: deps(),
    communityId: place.companyId,
    token: randomUUID(),
    until: new Date(Date.now() + MINUTE_MS),
  };
  const claim = (token: string) =>
    sql<{ id: string }>`select claim_back_fills(${token}, 1, ${place.companyId}) as id`.execute(database.db);
  await claim(late.token);
  while ((await readBackFill(database, place.companyId))?.state === "reading") {
    await listPlaces(late);
    while (await readNextPage(late, new Date(0)));
    await sql`update back_fills set state = 'counting' where community_id = ${place.companyId}`.execute(database.owner);
  }
  await passBackFillTime(database, place.companyId);
  expect((await claim(randomUUID())).rows).toHaveLength(1);
  await expect(countBatch(late)).rejects.toBeInstanceOf(TurnOver);
  expect(await recorded(place.companyId)).toEqual([]);
  expect(await left(place.companyId)).toMatchObject({ items: 20 });
});

test("two workers at once, and the same messages live meanwhile: each counts once, and every number is right", async () => {
  const place = await aCommunityWithPast(database, whop());
  const past = writeInThePast(whop(), place, { messages: 400, members: 9, days: 85, prefix: "user_live" });
  await startBackFill(deps(), place.companyId, "user_owner");
  const until = new Date(Date.now() + 90_000);
  let isOver = false;
  const work = Promise.all([1, 2].map(() => runBackFills(deps(), { until }))).finally(() => {
    isOver = true;
  });
  const live = shuffled(past, 3).map((message) => {
    const content = whop().world.message(message.id)?.content ?? null;
    return messageActivity(
      deps(),
      { ...message, content, type: "regular", experienceId: place.chatExperienceId },
      "webhook",
    );
  });
  const fresh = Array.from({ length: 60 }, (_, n) => ({
    ...live[n],
    activityId: `message:fresh${n}`,
    userId: `user_live${n % 9}`,
    occurredAt: new Date(Date.now() - n * 1_000),
    action: "message",
    source: "webhook" as const,
  }));
  const arriving = [...live.slice(0, 150), ...fresh];
  for (const activity of arriving) {
    await awardActivities(database, place.companyId, [activity]);
    if (isOver) break;
  }
  await awardActivities(database, place.companyId, fresh);
  await work;
  // What was claimed by nobody while both looked.
  await runBackFills(deps(), { until });
  expect(await recorded(place.companyId)).toHaveLength(460);
  expect(await readBackFill(database, place.companyId)).toMatchObject({ state: "done", counted: 400 });
  await expectEveryMemberRight(place.companyId);
}, 120_000);

test("nobody is told: no message, no push, no announcement, neither of levels nor of what they pay", async () => {
  const place = await aCommunityWithPast(database, whop());
  const announcement = { enabled: true, experienceId: place.chatExperienceId, template: "{name}" };
  await sql`update notification_settings set settings = settings || ${JSON.stringify({ announcement })}::jsonb
    where community_id = ${place.companyId}`.execute(database.owner);
  // Levels from yesterday on would be news otherwise.
  writeInThePast(whop(), place, { messages: 300, members: 2, days: 0.9, prefix: "user_quiet" });
  await sql`update communities set rewards_confirmed_at = now() where community_id = ${place.companyId}`.execute(
    database.owner,
  );
  await backFill(deps(), place.companyId);
  const levels = await sql<{ level: number }>`select level from users where community_id = ${place.companyId}`.execute(
    database.owner,
  );
  expect(levels.rows.every(({ level }) => level >= 5)).toBe(true);
  expect(await messageRows(database, place.companyId)).toEqual([]);
  const rewards = await database.owner
    .selectFrom("rewards")
    .selectAll()
    .where("community_id", "=", place.companyId)
    .execute();
  expect(rewards.map(({ level, state }) => [level, state])).toEqual([
    [5, "confirmed"],
    [5, "confirmed"],
  ]);

  await sql`update rewards set state = 'delivered', delivered_at = now(), delivered_how = 'sent' where community_id = ${place.companyId}`.execute(
    database.owner,
  );
  for (const { reward_id } of rewards) {
    await sql`select queue_reward_news(${place.companyId}, ${reward_id})`.execute(database.owner);
  }
  expect(await messageRows(database, place.companyId)).toEqual([]);

  // What comes live after it is news.
  const userId = rewards[0]?.user_id ?? "";
  const xp = { activityId: "adjustment:live", userId, action: "adjustment", amount: 5_000, source: "webhook" as const };
  await awardActivities(database, place.companyId, [{ ...xp, occurredAt: new Date() }]);
  expect((await messageRows(database, place.companyId)).map(({ about }) => about)).toContain("level_up");
}, 60_000);

test("it tells once that it has ended, after all has been counted", async () => {
  const place = await aCommunityWithPast(database, whop());
  writeInThePast(whop(), place, { messages: 220, members: 3, days: 30, prefix: "user_told" });
  await startBackFill(deps(), place.companyId, "user_owner");
  const states: (string | undefined)[] = [];
  await runBackFills(deps(), {
    communityId: place.companyId,
    until: new Date(Date.now() + 60_000),
    onEnded: async (communityId) => {
      states.push((await readBackFill(database, communityId))?.state);
    },
  });
  expect(states).toEqual(["done"]);
});

describe("when WEE5 may not read", () => {
  test("the forum, the chat is counted and the back-fill has failed with the reason; begun again, it counts the rest", async () => {
    const place = await aCommunityWithPast(database, whop());
    const { world, permissions } = whop();
    const past = writeInThePast(whop(), place, { messages: 120, members: 3, days: 50, prefix: "user_refused" });
    const at = { createdAt: new Date(Date.now() - 3 * DAY_MS) };
    const post = world.addPost({
      userId: place.memberId,
      experienceId: place.forumId,
      content: "A win of mine",
      ...at,
    });
    permissions.revoke(place.companyId, "forumPosts.list");
    await backFill(deps(), place.companyId);
    expect(await readBackFill(database, place.companyId)).toMatchObject({
      state: "failed",
      problem: "no_permission",
      refused: ["forum"],
      recorded: past.length,
    });
    permissions.grant(place.companyId, "forumPosts.list");
    await backFill(deps(), place.companyId);
    expect(await readBackFill(database, place.companyId)).toMatchObject({
      state: "done",
      refused: [],
      counted: past.length + 1,
      recorded: 1,
    });
    expect(await recorded(place.companyId)).toContain(`post:${post.id} awarded`);
    await expectEveryMemberRight(place.companyId);
  });

  test("the chat from some page on, what had been read before is counted", async () => {
    const place = await aCommunityWithPast(database, whop());
    writeInThePast(whop(), place, { messages: 250, members: 3, days: 50, prefix: "user_lost" });
    const real = deps();
    let calls = 0;
    const client: WhopClient = {
      ...real.whop,
      readMessages: (of) => {
        calls += 1;
        if (calls === 2) whop().permissions.revoke(place.companyId, "messages.list");
        return real.whop.readMessages(of);
      },
    };
    await backFill({ ...real, whop: client }, place.companyId);
    expect(await readBackFill(database, place.companyId)).toMatchObject({
      state: "failed",
      problem: "no_permission",
      refused: ["chat"],
      read: 100,
      counted: 100,
    });
  });

  test.each([403, 404] as const)(
    "anything any more (uninstalled, %d), it has failed and nothing is counted",
    async (status) => {
      const place = await aCommunityWithPast(database, whop());
      writeInThePast(whop(), place, { messages: 20, members: 3, days: 50, prefix: `user_gone${status}_` });
      whop().permissions.uninstall(place.companyId, status);
      await backFill(deps(), place.companyId);
      expect(await readBackFill(database, place.companyId)).toMatchObject({
        state: "failed",
        problem: "no_permission",
        refused: ["chat", "forum"],
        counted: 0,
      });
    },
  );
});

describe("when Whop is in trouble", () => {
  const fault = (kind: "status" | "stuck_cursor" | "repeat_page", times = 100) =>
    whop().faults.add({ kind, status: 503, operation: "messages.list", times });

  test.each(["status", "stuck_cursor", "repeat_page"] as const)(
    "%s: it says when it goes on, and does",
    async (kind) => {
      const place = await aCommunityWithPast(database, whop());
      writeInThePast(whop(), place, { messages: 250, members: 3, days: 50, prefix: `user_trouble_${kind}` });
      fault(kind);
      await backFill(deps(), place.companyId);
      const stopped = await readBackFill(database, place.companyId);
      expect([stopped?.state, stopped?.problem]).toEqual(["reading", null]);
      expect(Date.parse(stopped?.triedAgainAt ?? "")).toBeGreaterThan(Date.now());
      whop().faults.clear();
      await passBackFillTime(database, place.companyId);
      await backFill(deps(), place.companyId);
      expect(await readBackFill(database, place.companyId)).toMatchObject({
        state: "done",
        recorded: 250,
        triedAgainAt: null,
      });
    },
  );

  test("for a day, what has been read by then is counted and the rest is given up", async () => {
    const place = await aCommunityWithPast(database, whop());
    writeInThePast(whop(), place, { messages: 250, members: 3, days: 50, prefix: "user_day" });
    fault("stuck_cursor");
    await backFill(deps(), place.companyId);
    await sql`update back_fills set moved_at = moved_at - interval '1 day' where community_id = ${place.companyId}`.execute(
      database.owner,
    );
    await passBackFillTime(database, place.companyId);
    await backFill(deps(), place.companyId);
    await passBackFillTime(database, place.companyId);
    await backFill(deps(), place.companyId);
    expect(await readBackFill(database, place.companyId)).toMatchObject({ state: "failed", problem: "unavailable" });
  });
});

test("cancelled, what is counted stays, nothing more is counted, and nothing that was read is kept", async () => {
  const place = await aCommunityWithPast(database, whop());
  writeInThePast(whop(), place, { messages: 320, members: 4, days: 60, prefix: "user_cancel" });
  const real = deps();
  await startBackFill(real, place.companyId, "user_owner");
  const counting = async () => {
    const row = await readBackFill(database, place.companyId);
    return row?.state === "counting" ? row.counted : -1;
  };
  const cancelling = (async () => {
    while ((await counting()) < 100) await new Promise((resolve) => setImmediate(resolve));
    return cancelBackFill(database, place.companyId, "user_owner");
  })();
  await runBackFills(real, { communityId: place.companyId, until: new Date(Date.now() + 60_000) });
  expect(await cancelling).toBe(true);
  const ended = await readBackFill(database, place.companyId);
  expect(ended?.state).toBe("cancelled");
  expect(await recorded(place.companyId)).toHaveLength(ended?.counted ?? -1);
  expect(await left(place.companyId)).toEqual({ items: 0, places: 0 });
  expect(await cancelBackFill(database, place.companyId, "user_owner")).toBe(false);

  await backFill(deps(), place.companyId);
  expect(await recorded(place.companyId)).toHaveLength(320);
  await expectEveryMemberRight(place.companyId);
}, 60_000);

test("begun twice it is one", async () => {
  const place = await aCommunityWithPast(database, whop());
  const begun = await Promise.all([1, 2, 3].map(() => startBackFill(database, place.companyId, "user_owner")));
  expect(begun.filter(Boolean)).toHaveLength(1);
  const { rows } =
    await sql`select 1 from audit_log where community_id = ${place.companyId} and action = 'back_fill.started'`.execute(
      database.owner,
    );
  expect(rows).toHaveLength(1);
});

test("of who has had everything deleted, nothing older comes back", async () => {
  const place = await aCommunityWithPast(database, whop());
  const [first] = writeInThePast(whop(), place, { messages: 30, members: 3, days: 60, prefix: "user_erased" });
  const userId = first?.userId ?? "";
  await awardActivities(database, place.companyId, [
    {
      activityId: "message:once",
      userId,
      action: "message",
      occurredAt: new Date(Date.now() - MINUTE_MS),
      source: "webhook",
    },
  ]);
  await eraseMember({ ...deps(), redis: redisAway, realtime: null }, place.companyId, userId);
  await backFill(deps(), place.companyId);
  const rows = await database.owner
    .selectFrom("activity_log")
    .select("user_id")
    .where("community_id", "=", place.companyId)
    .execute();
  expect(rows).toHaveLength(20);
  expect(rows.map(({ user_id }) => user_id)).not.toContain(userId);
});

test("communities take turns: a long one does not keep a short one waiting", async () => {
  const [long, short] = [await aCommunityWithPast(database, whop()), await aCommunityWithPast(database, whop())];
  writeInThePast(whop(), long, { messages: 2_000, members: 10, days: 80, prefix: "user_longer" });
  writeInThePast(whop(), short, { messages: 10, members: 2, days: 80, prefix: "user_short" });
  for (const { companyId } of [long, short]) await startBackFill(database, companyId, "user_owner");
  const ended: string[] = [];
  await runBackFills(deps(), {
    until: new Date(Date.now() + 120_000),
    turnSeconds: 0.2,
    onEnded: async (communityId) => void ended.push(communityId),
  });
  const ours = new Set([long.companyId, short.companyId]);
  expect(ended.filter((id) => ours.has(id))).toEqual([short.companyId, long.companyId]);
}, 150_000);
