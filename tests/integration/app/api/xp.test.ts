import { sql } from "kysely";
import { createDatabase } from "@/lib/db/database";
import { setDeps } from "@/lib/deps";
import { awardByHand } from "@/services/members/award-by-hand";
import { awardActivity } from "@/services/xp/award-activity";
import { anApp, startApp, type TestApp } from "@/tests/support/app";
import { anAdjustment, storedMember } from "@/tests/support/community";
import { databaseContents } from "@/tests/support/database-contents";
import { withinOneMinute } from "@/tests/support/minute";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();
const KEY = "idempotency-key";

afterEach(() => setDeps(app().deps));

/** A community that WEE5 knows, with members who have done nothing yet. */
async function aPlace(where = app()): Promise<CommunityInWhop> {
  const place = aCommunityIn(where.whop);
  for (const id of [place.experienceId, place.chatExperienceId]) await where.deps.communities.resolve(id);
  return place;
}

type Award = { userId?: string; activityType?: string; by?: string; key?: string; experienceId?: string };

function award(place: CommunityInWhop, given: Award = {}, where: TestApp = app()) {
  const { userId = place.memberId, activityType = "message", by = place.moderatorId, key } = given;
  return where.call("/api/xp", {
    as: by,
    json: { userId, experienceId: given.experienceId ?? place.experienceId, activityType },
    headers: key === undefined ? {} : { [KEY]: key },
  });
}

async function answer(pending: Promise<Response>) {
  const response = await pending;
  const retryAfter = response.headers.get("retry-after");
  return {
    status: response.status,
    retryAfter: retryAfter === null ? null : Number(retryAfter),
    body: await response.json(),
  };
}

const memberOf = (place: CommunityInWhop, userId = place.memberId) =>
  storedMember(app().database, place.companyId, userId);

/** Redis is told after the answer. */
async function untilRedisKnows(place: CommunityInWhop, action = "message", userId = place.memberId): Promise<void> {
  const key = `cooldown:{${place.companyId}}:${userId}:${action}`;
  for (let n = 0; n < 100; n += 1) {
    const found = await app().deps.redis.run("look", (redis) => redis.exists(key));
    if (found.ok && found.value === 1) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`Redis has never heard of ${key}.`);
}

describe("what it answers", () => {
  test("an award: what was paid, the new sum and the levels before and after", async () => {
    const place = await aPlace();
    expect(await answer(award(place))).toEqual({
      status: 200,
      retryAfter: null,
      body: {
        success: true,
        xpAwarded: 20,
        newTotalXp: 20,
        leveledUp: false,
        oldLevel: 1,
        newLevel: 1,
        outcome: "awarded",
        activityId: expect.stringContaining(`api:${place.moderatorId}:`),
      },
    });
    expect(await memberOf(place)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("a level that pays: the reward by the owner's name for it", async () => {
    const place = await aPlace();
    await awardActivity(app().deps, place.companyId, anAdjustment(760, { userId: place.memberId }));
    const { body } = await answer(award(place));
    expect(body).toMatchObject({ newTotalXp: 780, leveledUp: true, oldLevel: 4, newLevel: 5 });
    expect(body.reward).toEqual({ type: "free_membership_days", value: 3 });
  });

  test.each([
    ["message", 20],
    ["reaction", 5],
    ["comment", 10],
  ])("a %s: %i XP", async (activityType, xp) => {
    const place = await aPlace();
    expect((await answer(award(place, { activityType }))).body).toMatchObject({ xpAwarded: xp, newTotalXp: xp });
  });

  test("a sum below zero as zero, never less", async () => {
    const place = await aPlace();
    await awardActivity(app().deps, place.companyId, anAdjustment(-500, { userId: place.memberId }));
    expect((await answer(award(place))).body).toMatchObject({ xpAwarded: 20, newTotalXp: 0, newLevel: 1 });
  });

  test("who may: the owner and a moderator may, a member 403, another community 404, nobody 401", async () => {
    const [place, elsewhere] = [await aPlace(), await aPlace()];
    expect((await award(place, { by: place.ownerId })).status).toBe(200);
    expect((await award(place, { by: place.moderatorId, userId: place.ownerId })).status).toBe(200);
    const before = await databaseContents(app().database);
    expect((await award(place, { by: place.memberId })).status).toBe(403);
    expect((await award(place, { by: elsewhere.ownerId })).status).toBe(404);
    expect((await app().call("/api/xp", { json: {} })).status).toBe(401);
    expect(await databaseContents(app().database)).toEqual(before);
  });

  test("for somebody who is no member of the community, or no user at all: 404, and nothing is stored", async () => {
    const [place, elsewhere] = [await aPlace(), await aPlace()];
    const before = await databaseContents(app().database);
    for (const userId of [place.strangerId, elsewhere.memberId, "user_nobody"]) {
      const { status, body } = await answer(award(place, { userId }));
      expect([status, body.error.code]).toEqual([404, "not_found"]);
    }
    expect(await databaseContents(app().database)).toEqual(before);
  });
});

describe("a client cannot set what is not its own to say", () => {
  test.each([
    '"xp": 1000000',
    '"amount": 1000000',
    '"occurredAt": "2020-01-01T00:00:00Z"',
    '"communityId": "biz_other"',
    '"activityId": "message:1"',
    '"source": "webhook"',
    '"level": 100',
    '"__proto__": {"activityType": "message"}',
    '"constructor": {}',
    '"activityType": "adjustment"',
    '"activityType": "lesson"',
    '"activityType": "__proto__"',
    '"userId": "user_"',
    '"userId": "user_1\\u0000"',
    '"userId": ["user_1"]',
    '"experienceId": "exp_1\' or 1=1"',
  ])("%s is answered 400 and changes nothing", async (field) => {
    const place = await aPlace();
    const { memberId: userId, experienceId } = place;
    const json = `${JSON.stringify({ userId, experienceId, activityType: "message" }).slice(0, -1)}, ${field}}`;
    const before = await databaseContents(app().database);
    const { status, body } = await answer(app().call("/api/xp", { as: place.moderatorId, json }));
    expect([status, body.error.code]).toEqual([400, "bad_request"]);
    expect(await databaseContents(app().database)).toEqual(before);
    expect(Object.keys({}.constructor.prototype)).toEqual([]);
  });
});

describe("cooling down", () => {
  test("is answered 429 with the seconds left, and is no award: nothing is recorded", async () => {
    const place = await aPlace();
    await award(place);
    await untilRedisKnows(place);
    const before = await databaseContents(app().database);
    const { status, retryAfter, body } = await answer(award(place));
    expect([status, body.error.code]).toEqual([429, "cooldown"]);
    expect(retryAfter).toBeGreaterThan(50);
    expect(retryAfter).toBeLessThanOrEqual(60);
    expect(await databaseContents(app().database)).toEqual(before);
  });

  test("is known without asking Postgres", async () => {
    const place = await aPlace();
    await award(place);
    await untilRedisKnows(place);
    const name = new URL(app().database.ownerUrl).pathname.slice(1);
    const admin = createDatabase(app().database.ownerUrl.replace(name, "postgres"), { max: 1 });
    try {
      await sql.raw(`alter database ${name} connection limit 0`).execute(admin);
      await sql`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`.execute(admin);
      expect((await answer(award(place))).body.error.code).toBe("cooldown");
      // Without a note in Redis it is Postgres that has to say, and it cannot.
      expect((await answer(award(place, { activityType: "post" }))).body.error.code).toBe("unavailable");
    } finally {
      await sql.raw(`alter database ${name} connection limit -1`).execute(admin);
      await admin.destroy();
    }
    expect((await award(place, { activityType: "comment" })).status).toBe(200);
  });

  test("with an Idempotency-Key can be tried again with the same key, and pays then", async () => {
    const place = await aPlace();
    const started = Date.now();
    await award(place);
    await untilRedisKnows(place);
    expect((await answer(award(place, { key: "again" }))).body.error.code).toBe("cooldown");
    await app().deps.redis.run("flush", (redis) => redis.flushdb());
    expect((await answer(award(place, { key: "again" }))).body.error.code).toBe("cooldown");
    // Postgres looks at its own clock only for what is too old or ahead; the time of an award is the app's.
    setDeps({ ...app().deps, now: () => new Date(started + 61_000) });
    expect(await answer(award(place, { key: "again" }))).toMatchObject({
      status: 200,
      body: { xpAwarded: 20, newTotalXp: 40 },
    });
    expect(await memberOf(place)).toMatchObject({ xp: 40, totalMessages: 2 });
  });

  test("of one action holds up no other", async () => {
    const place = await aPlace();
    expect((await award(place)).status).toBe(200);
    expect((await award(place, { activityType: "reaction" })).status).toBe(200);
  });
});

describe("an Idempotency-Key", () => {
  test("makes a repeated request the same award with the same answer, also while its own cooldown lasts", async () => {
    const place = await aPlace();
    const first = await answer(award(place, { key: "key-1" }));
    await untilRedisKnows(place);
    expect(await answer(award(place, { key: "key-1" }))).toEqual(first);
    await app().deps.redis.run("flush", (redis) => redis.flushdb());
    expect(await answer(award(place, { key: "key-1" }))).toEqual(first);
    expect(await memberOf(place)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("still stands for its award when another message has been paid since", async () => {
    const place = await aPlace();
    const { body } = await answer(award(place, { key: "key-1" }));
    setDeps({ ...app().deps, now: () => new Date(Date.now() + 61_000) });
    expect((await award(place)).status).toBe(200);
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await answer(award(place, { key: "key-1" }))).toMatchObject({
      status: 200,
      body: { activityId: body.activityId, xpAwarded: 20 },
    });
  });

  test("is answered 422 with another body, whose award is not made", async () => {
    const place = await aPlace();
    await award(place, { key: "key-1" });
    await app().deps.redis.run("flush", (redis) => redis.flushdb());
    const before = await databaseContents(app().database);
    for (const changed of [
      { userId: place.ownerId },
      { activityType: "comment" },
      { experienceId: place.chatExperienceId },
    ]) {
      const { status, body } = await answer(award(place, { key: "key-1", ...changed }));
      expect([changed, status, body.error.code]).toEqual([changed, 422, "idempotency_mismatch"]);
    }
    expect(await databaseContents(app().database)).toEqual(before);
  });

  test("belongs to its caller: two callers with one key make two awards", async () => {
    const place = await aPlace();
    expect((await award(place, { key: "key-1" })).status).toBe(200);
    expect((await award(place, { key: "key-1", by: place.ownerId, activityType: "comment" })).status).toBe(200);
    expect(await memberOf(place)).toMatchObject({ xp: 30 });
  });

  test("used by twenty requests at once makes one award", async () => {
    const place = await aPlace();
    const answers = await Promise.all(Array.from({ length: 20 }, () => answer(award(place, { key: "key-1" }))));
    const made = answers.filter(({ status }) => status === 200);
    expect(new Set(made.map(({ body }) => body.activityId)).size).toBe(1);
    expect(answers.filter(({ status }) => status !== 200).every(({ body }) => body.error.code === "rate_limited")).toBe(
      true,
    );
    expect(await memberOf(place)).toMatchObject({ xp: 20, totalMessages: 1 });
  });

  test("used twenty times at once past the limiter makes one award, audited once", async () => {
    const place = await aPlace();
    const { companyId: communityId, moderatorId: by, memberId: userId, experienceId } = place;
    const request = { communityId, by, userId, experienceId, action: "message", idempotencyKey: "key-1" };
    const receipts = await Promise.all(Array.from({ length: 20 }, () => awardByHand(app().deps, request)));
    expect(receipts.map(({ outcome, xp }) => [outcome, xp])).toEqual(Array(20).fill(["awarded", 20]));
    expect(receipts.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(await auditOf(communityId)).toHaveLength(1);
  });

  test.each(["", "x".repeat(101), "with space", "\u00fc"])("%j is none, and is answered 400", async (key) => {
    const place = await aPlace();
    expect((await award(place, { key })).status).toBe(400);
  });
});

test("the sixth request a minute of one caller for one member is answered 429; another member's is not", async () => {
  await withinOneMinute();
  const place = await aPlace();
  const codes: string[] = [];
  for (let n = 0; n < 6; n += 1) codes.push((await answer(award(place))).body.error?.code ?? "awarded");
  expect(codes).toEqual(["awarded", "cooldown", "cooldown", "cooldown", "cooldown", "rate_limited"]);
  const limited = await answer(award(place));
  expect([limited.status, limited.body.error.code]).toEqual([429, "rate_limited"]);
  expect(limited.retryAfter).toBeGreaterThan(0);
  expect((await award(place, { userId: place.ownerId })).status).toBe(200);
  expect((await answer(award(place, { by: place.ownerId }))).body.error.code).toBe("cooldown");
});

describe("the audit log", () => {
  test("gets one row for an award, in the same transaction: when it cannot be written there is no award", async () => {
    const place = await aPlace();
    const before = await databaseContents(app().database);
    await sql`revoke execute on function write_audit(text, text, text, text, jsonb) from wee5_app`.execute(
      app().database.owner,
    );
    const failed = await answer(award(place));
    await sql`grant execute on function write_audit(text, text, text, text, jsonb) to wee5_app`.execute(
      app().database.owner,
    );
    expect([failed.status, failed.body.error.code]).toEqual([500, "internal"]);
    expect(JSON.stringify(failed.body)).not.toContain("write_audit");
    expect(await databaseContents(app().database)).toEqual(before);

    const { body } = await answer(award(place));
    expect(await auditOf(place.companyId)).toEqual([
      {
        sequence: 1,
        actor_user_id: place.moderatorId,
        action: "xp.awarded",
        subject: place.memberId,
        details: { activityId: body.activityId, outcome: "awarded", xp: 20 },
      },
    ]);
  });

  test("is a chain that holds however many write at once, and names the first row that was edited", async () => {
    const place = await aPlace();
    const { companyId: communityId, moderatorId: by, experienceId } = place;
    const members = Array.from({ length: 10 }, () => {
      const { id } = app().whop.world.addUser();
      app().whop.world.join(communityId, id);
      return id;
    });
    await Promise.all(
      members.map((userId) => awardByHand(app().deps, { communityId, by, userId, experienceId, action: "message" })),
    );
    expect((await auditOf(communityId)).map(({ sequence }) => sequence)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    expect(await brokenAt(communityId)).toBeNull();
    for (const change of [
      sql`update audit_log set actor_user_id = 'user_innocent' where community_id = ${communityId} and sequence = 4`,
      sql`update audit_log set details = '{}' where community_id = ${communityId} and sequence = 4`,
      sql`update audit_log set occurred_at = occurred_at + interval '1 second' where community_id = ${communityId} and sequence = 4`,
    ]) {
      await undone(async () => {
        await change.execute(app().database.owner);
        expect(await brokenAt(communityId)).toBe(4);
      });
    }
    await undone(async () => {
      await sql`delete from audit_log where community_id = ${communityId} and sequence = 4`.execute(
        app().database.owner,
      );
      expect(await brokenAt(communityId)).toBe(5);
    });
    expect(await brokenAt(communityId)).toBeNull();
  });

  /** Lets the owner do what triggers forbid, then puts back what was there. */
  async function undone(work: () => Promise<void>): Promise<void> {
    const { owner } = app().database;
    await sql`create table saved as table audit_log`.execute(owner);
    await sql`alter table audit_log disable trigger user`.execute(owner);
    try {
      await work();
    } finally {
      await sql`truncate audit_log`.execute(owner);
      await sql`insert into audit_log table saved`.execute(owner);
      await sql`alter table audit_log enable trigger user`.execute(owner);
      await sql`drop table saved`.execute(owner);
    }
  }

  async function brokenAt(communityId: string): Promise<number | null> {
    const { rows } = await sql<{ at: number | null }>`select check_audit(${communityId}) as at`.execute(
      app().database.owner,
    );
    return rows[0]?.at ?? null;
  }
});

function auditOf(communityId: string) {
  return app()
    .database.owner.selectFrom("audit_log")
    .select(["sequence", "actor_user_id", "action", "subject", "details"])
    .where("community_id", "=", communityId)
    .orderBy("sequence")
    .execute();
}

describe("without Redis", () => {
  let there: TestApp;
  let gone: TestApp;
  beforeAll(async () => {
    there = app();
    gone = await startApp();
    await gone.redis.down();
  });
  afterAll(async () => {
    await gone.redis.up();
    await gone.stop();
  });

  test("every answer and every number is the same", async () => {
    const stories = [];
    for (const where of [there, gone]) {
      setDeps(where.deps);
      const place = await aPlace(where);
      const story = [];
      for (const given of [
        { key: "one" },
        { key: "one" },
        {},
        { key: "two" },
        { activityType: "reaction", key: "one" },
      ]) {
        const { status, retryAfter, body } = await answer(award(place, given, where));
        const { xpAwarded, newTotalXp, outcome } = body;
        story.push({ status, waits: retryAfter !== null, code: body.error?.code, xpAwarded, newTotalXp, outcome });
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      const stored = await storedMember(where.database, place.companyId, place.memberId);
      stories.push({
        story,
        numbers: [stored?.xp, stored?.totalMessages, stored?.totalReactions, stored?.decisions.size],
      });
    }
    expect(stories[1]).toEqual(stories[0]);
    expect(stories[0]?.numbers).toEqual([20, 1, 0, 1]);
  });
});
