import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import type { Asked } from "@/services/activity/read-event";
import { queueReply } from "@/services/notifications/commands/queue-reply";
import { aCommunity, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";

let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

let made = 0;
const nextMessage = () => `post_${++made}`;

/** Asked just now unless said otherwise. */
function anAsked(facts: Partial<Asked> = {}): Asked {
  const messageId = facts.messageId ?? nextMessage();
  return {
    command: "mylevel",
    userId: "user_mia",
    messageId,
    replyingToId: messageId,
    channelId: "feed_general",
    experienceId: "exp_general",
    askedAt: new Date(),
    ...facts,
  };
}

const secondsAgo = (seconds: number) => new Date(Date.now() - seconds * 1000);

async function repliesOf(communityId: string) {
  const rows = await database.owner
    .selectFrom("notifications")
    .select(["user_id", "about", "channel", "state", "dedupe_key", "payload", "expires_at"])
    .where("community_id", "=", communityId)
    .orderBy("created_at")
    .execute();
  return rows;
}

/** Changes what the community has set about commands. */
async function setCommands(communityId: string, commands: object): Promise<void> {
  await sql`update notification_settings set settings = jsonb_set(settings, '{commands}',
      settings -> 'commands' || ${JSON.stringify(commands)}::jsonb) where community_id = ${communityId}`.execute(
    database.owner,
  );
}

test("a command is noted down to be answered in its channel for a minute, and wakes the senders", async () => {
  const communityId = await aCommunity(database);
  const asked = anAsked();
  expect(await queueReply(database, communityId, asked)).toBe("queued");
  expect(await repliesOf(communityId)).toEqual([
    {
      user_id: "user_mia",
      about: "command",
      channel: "reply",
      state: "due",
      dedupe_key: `command:${asked.messageId}`,
      payload: {
        command: "mylevel",
        channelId: "feed_general",
        replyingToId: asked.messageId,
        askedAt: expect.any(String),
      },
      expires_at: new Date(asked.askedAt.getTime() + 60_000),
    },
  ]);
  const { rows } = await sql<{ jobs: number }>`
    select count(*)::integer as jobs from graphile_worker.jobs
    where task_identifier = 'send_notifications' and key like ${`%${communityId}`}`.execute(database.owner);
  expect(rows).toEqual([{ jobs: 1 }]);
});

test("one message, twenty times at once on four instances, is answered once", async () => {
  const communityId = await aCommunity(database);
  const asked = anAsked();
  const queued = await withInstances(database, 4, (instances) =>
    Promise.all(Array.from({ length: 20 }, (_, n) => queueReply(nth(instances, n), communityId, asked))),
  );
  expect(queued.sort()).toEqual(["queued", ...Array(19).fill("repeated")]);
  expect(await repliesOf(communityId)).toHaveLength(1);
});

test("one message in two communities is two", async () => {
  const [one, other] = [await aCommunity(database), await aCommunity(database)];
  const asked = anAsked();
  expect(await queueReply(database, one, asked)).toBe("queued");
  expect(await queueReply(database, other, asked)).toBe("queued");
});

describe("the cooldown", () => {
  test("lies between a member's two answers, and is nobody else's", async () => {
    const communityId = await aCommunity(database);
    const now = Date.now();
    const ask = (userId: string, ago: number, command: Asked["command"] = "mylevel") =>
      queueReply(database, communityId, anAsked({ userId, command, askedAt: new Date(now - ago * 1000) }));
    const [mia, nina] = [aUserId(), aUserId()];
    expect(await ask(mia, 40)).toBe("queued");
    expect(await ask(mia, 30, "help")).toBe("cooling_down");
    expect(await ask(nina, 30)).toBe("queued");
    expect(await ask(mia, 25)).toBe("queued");
    expect(await ask(mia, 10.001)).toBe("cooling_down");
    expect(await ask(mia, 10)).toBe("queued");
  });

  test("holds for twenty different messages at once: one is answered", async () => {
    const communityId = await aCommunity(database);
    const queued = await withInstances(database, 4, (instances) =>
      Promise.all(Array.from({ length: 20 }, (_, n) => queueReply(nth(instances, n), communityId, anAsked()))),
    );
    expect(queued.sort()).toEqual([...Array(19).fill("cooling_down"), "queued"]);
  });

  test("goes by when was asked: a late message is not answered beside a newer one, and a repetition of either changes nothing", async () => {
    const communityId = await aCommunity(database);
    const [first, second] = [anAsked({ askedAt: secondsAgo(20) }), anAsked({ askedAt: secondsAgo(10) })];
    expect(await queueReply(database, communityId, second)).toBe("queued");
    expect(await queueReply(database, communityId, first)).toBe("cooling_down");
    expect(await queueReply(database, communityId, first)).toBe("cooling_down");
    expect(await queueReply(database, communityId, second)).toBe("repeated");
    expect(await repliesOf(communityId)).toHaveLength(1);
  });

  test("is as long as the community says, and may be none", async () => {
    const communityId = await aCommunity(database);
    const ask = (ago: number) => queueReply(database, communityId, anAsked({ askedAt: secondsAgo(ago) }));
    await setCommands(communityId, { cooldownSeconds: 30 });
    expect([await ask(50), await ask(25), await ask(15)]).toEqual(["queued", "cooling_down", "queued"]);
    await setCommands(communityId, { cooldownSeconds: 0 });
    expect([await ask(14), await ask(14)]).toEqual(["queued", "queued"]);
  });
});

test("commands are answered only where the community and the channel have them on", async () => {
  const communityId = await aCommunity(database);
  const ask = (experienceId: string | null) =>
    queueReply(database, communityId, anAsked({ userId: aUserId(), experienceId }));
  await setCommands(communityId, { disabledExperienceIds: ["exp_quiet", "exp_silent"] });
  expect([await ask("exp_quiet"), await ask("exp_silent")]).toEqual(["off", "off"]);
  expect([await ask("exp_general"), await ask(null)]).toEqual(["queued", "queued"]);
  await setCommands(communityId, { enabled: false });
  expect([await ask("exp_general"), await ask(null)]).toEqual(["off", "off"]);
});

test("who asked a minute ago is not answered any more", async () => {
  const communityId = await aCommunity(database);
  const ask = (ago: number) =>
    queueReply(database, communityId, anAsked({ userId: aUserId(), askedAt: secondsAgo(ago) }));
  expect(await ask(61)).toBe("too_late");
  expect(await ask(58)).toBe("queued");
  expect(await repliesOf(communityId)).toHaveLength(1);
});

test("a clock ahead of ours keeps no reply for longer than a minute", async () => {
  const communityId = await aCommunity(database);
  expect(await queueReply(database, communityId, anAsked({ askedAt: secondsAgo(-3_600) }))).toBe("queued");
  const [reply] = await repliesOf(communityId);
  expect(reply?.expires_at.getTime()).toBeLessThanOrEqual(Date.now() + 61_000);
});

test("nothing is decided about a community in the name of another", async () => {
  const [own, other] = [await aCommunity(database), await aCommunity(database)];
  const { askedAt } = anAsked();
  const asked = inCommunity(database.db, own, (trx) =>
    sql`select queue_reply(${other}, 'user_mia', 'post_x', null, 'feed_x', null, 'help', ${askedAt})`.execute(trx),
  );
  await expect(asked).rejects.toMatchObject({ code: "W5C01" });
});
