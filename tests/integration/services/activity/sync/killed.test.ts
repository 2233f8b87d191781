import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { seededRandom } from "@/dev/whop/random";
import { inCommunity } from "@/lib/db/database";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import { useDatabase } from "@/tests/support/database";
import { useSenders } from "@/tests/support/sender-process";
import { activitiesOf, aSyncedCommunity, passSyncTime, syncNow } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";
import type { SyncTask } from "@/tests/support/sync-main";
import { aWhop } from "@/tests/support/whop";

const SEED = 20_261_121;
const KILLS = 12;

describe("a worker that is killed at any point of the sync", () => {
  const database = useDatabase();
  const startWorker = useSenders<SyncTask>("sync-main.ts");
  const whop = aWhop({ rateLimitPerMinute: 0 });

  test("loses nothing and counts nothing twice: messages, reactions, comments and deletions", async () => {
    const random = seededRandom(SEED);
    const place = await aSyncedCommunity(database, whop());
    const { communityId } = place;
    const { world } = whop();
    const forum = world.addExperience({ companyId: place.companyId, name: "Wins", kind: "forum" });
    const people = [place.memberId, place.moderatorId, place.ownerId];
    const someone = () => people[Math.floor(random() * people.length)] ?? place.memberId;
    const ago = (minutes: number) => new Date(Date.now() - Math.round(minutes * 60_000));
    const messages = Array.from({ length: 420 }, (_, n) =>
      world.postMessage({
        userId: someone(),
        channelId: place.chatExperienceId,
        content: `Message ${n}`,
        createdAt: ago(5 + n * 2),
        deliver: false,
      }),
    );
    for (const message of messages.slice(0, 40))
      world.react({ userId: someone(), messageId: message.id, deliver: false });
    const posts = Array.from({ length: 30 }, (_, n) =>
      world.addPost({ userId: someone(), experienceId: forum.id, content: `Post ${n}`, createdAt: ago(10 + n * 7) }),
    );
    for (const post of posts.slice(0, 10)) {
      const { id: parentId } = post;
      world.addPost({ userId: someone(), experienceId: forum.id, parentId, content: "Well done", createdAt: ago(9) });
    }

    const { apiKey, appId, baseUrl, botUserId } = whop();
    const task = {
      appUrl: database.appUrl,
      whop: { apiKey, appId, baseUrl, botUserId },
      callsPerTurn: 7,
      leaseSeconds: 60,
    };
    const recorded = async () => (await activitiesOf(database, communityId)).size;
    let worked = 0;
    for (let kills = 0; kills < KILLS; kills += 1) {
      const before = await recorded();
      const worker = await startWorker();
      worker.begin(task);
      // In the midst of its work, or of nothing once all is done.
      for (const end = Date.now() + 3_000; Date.now() < end && (await recorded()) === before; await sleep(5));
      worked += Number((await recorded()) > before);
      await sleep(random() * 120);
      await worker.kill();
      if (kills === KILLS / 2) for (const { id } of messages.slice(100, 110)) world.deleteMessage(id);
      // What waits for a time of its own is due, and the lease of the dead one has ended.
      await sql`update sync_features set due_at = now() where community_id = ${communityId}`.execute(database.owner);
      await sql`update sync_communities set next_run_at = now(), lease_token = null, leased_until = null
        where community_id = ${communityId}`.execute(database.owner);
    }
    expect(worked).toBeGreaterThan(3);
    await syncNow(database, syncDeps(database, whop()), communityId);
    const live = await activitiesOf(database, communityId);
    for (const { id } of [...messages.slice(0, 100), ...messages.slice(110)])
      expect(live.has(`message:${id}`)).toBe(true);
    await passSyncTime(database, communityId, 3_600);
    await syncNow(database, syncDeps(database, whop()), communityId);

    const activities = await activitiesOf(database, communityId);
    const gone = new Set(messages.slice(100, 110).map(({ id }) => id));
    for (const message of messages) {
      const activity = activities.get(`message:${message.id}`);
      // One that was gone before any worker had seen it has never been recorded.
      if (gone.has(message.id)) expect(activity?.outcome ?? "reversed").toBe("reversed");
      else expect(activity).toMatchObject({ userId: message.userId, occurredAt: new Date(message.createdAt) });
    }
    for (const post of posts) expect(activities.has(`post:${post.id}`)).toBe(true);
    const kinds = [...activities.keys()].map((id) => id.split(":")[0]);
    expect(kinds.filter((kind) => kind === "comment")).toHaveLength(10);
    expect(kinds.filter((kind) => kind === "reaction")).toHaveLength(40);
    const { rows } = await sql<{ total: number }>`
      select sum(total_messages)::integer as total from users where community_id = ${communityId}`.execute(
      database.owner,
    );
    expect(rows[0]?.total).toBe(410);
    await inCommunity(database.db, communityId, async (trx) => {
      const rules = await readRules(trx, communityId);
      for (const userId of people) expect(await checkMember(trx, rules, userId)).toEqual([]);
    });
  });
});
