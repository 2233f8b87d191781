import { sql } from "kysely";
import { drawSample, SMALL_SAMPLE } from "@/dev/seed/communities";
import { seedCommunities } from "@/dev/seed/seed";
import { drawTalk } from "@/dev/seed/talk";
import { worldOf } from "@/dev/seed/world";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { createCommunities } from "@/lib/auth/communities";
import { createRateLimiter } from "@/lib/redis/rate-limit";
import type { SyncDeps } from "@/services/activity/sync/slice";
import { useDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";
import { syncNow } from "@/tests/support/sync";
import { syncDeps } from "@/tests/support/sync-deps";

const DAY_MS = 86_400_000;

describe("the sample, read from the simulated Whop", () => {
  const database = useDatabase({ max: 6 });
  const endsAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 120_000);
  const sample = drawSample(14, SMALL_SAMPLE, endsAt);
  const talk = sample.communities.map((community) => drawTalk(sample, community));
  let whop: WhopSimulator;
  let deps: SyncDeps;

  beforeAll(async () => {
    const { appId, apiKey, botUserId, webhookSecret, signer, stop } = await startWhopSimulator();
    await stop();
    const state = { appId, apiKey, botUserId, webhookSecrets: [webhookSecret], privateJwk: signer.privateJwk };
    whop = await startWhopSimulator({ rateLimitPerMinute: 0, state: { ...state, world: worldOf(sample, talk) } });
    deps = syncDeps(database, whop);
    const communities = createCommunities({ db: database.db, whop: deps.whop, limiter: createRateLimiter(redisAway) });
    await seedCommunities({ ...deps, communities }, { sample, talk, pictureUrl: (id) => `${whop.url}/${id}.png` });
    // As if all that Whop still shows had happened since the app came.
    for (const { companyId } of sample.communities) {
      await sql`insert into sync_communities (community_id, counts_from)
        values (${companyId}, ${new Date(endsAt.getTime() - 6 * DAY_MS)})`.execute(database.owner);
    }
  }, 180_000);
  afterAll(() => whop?.stop());

  async function everythingIn(companyId: string) {
    const { rows } = await sql`
      select activity_id, user_id, outcome, xp, occurred_at from activities where community_id = ${companyId}
      order by activity_id`.execute(database.owner);
    return rows;
  }

  test("records nothing twice and takes nothing out, however often it is read", async () => {
    for (const [index, { companyId }] of sample.communities.entries()) {
      const before = await everythingIn(companyId);
      expect(before.length).toBeGreaterThan(50);
      for (let round = 0; round < 2; round += 1) await syncNow(database, deps, companyId);
      expect(await everythingIn(companyId)).toEqual(before);
      const { rows } = await sql<{ feature: string; read: number; problem: string | null }>`
        select feature, recorded, removed, problem, read > 0 as "isRead" from sync_features
        where community_id = ${companyId} and feature in ('chat', 'reactions', 'forum') order by feature`.execute(
        database.owner,
      );
      // The second community has days on which nobody posts or reacts.
      const well = { recorded: 0, removed: 0, problem: null, isRead: index === 0 ? true : expect.any(Boolean) };
      expect(rows).toEqual(["chat", "forum", "reactions"].map((feature) => ({ feature, ...well })));
    }
  }, 120_000);

  test("shows posts with comments and likes, finished lessons, and nothing that has been deleted", async () => {
    const { world } = whop;
    const [main] = sample.communities;
    const posts = world.postsIn(main?.forum.experienceId ?? "");
    const removed = await sql<{ id: string }>`
      select substr(activity_id, 9) as id from activities where outcome = 'reversed' and activity_id like 'message:%'`.execute(
      database.owner,
    );
    expect(posts.length).toBeGreaterThan(3);
    expect(posts.some(({ id }) => world.commentsOn(id).length > 0)).toBe(true);
    expect(posts.some(({ id }) => world.likesOf(id).length > 0)).toBe(true);
    expect(world.data().lessons?.length).toBeGreaterThan(0);
    expect(removed.rows.length).toBeGreaterThan(0);
    expect(removed.rows.filter(({ id }) => world.message(id))).toEqual([]);
  });
});
