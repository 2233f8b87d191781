import { sql } from "kysely";
import { checkHealth } from "@/lib/health";
import { runSync } from "@/services/activity/sync/engine";
import { useDatabase } from "@/tests/support/database";
import { aSyncedCommunity, makeDue, syncNow } from "@/tests/support/sync";
import { NO_NEWS, syncDeps } from "@/tests/support/sync-deps";
import { aWhop } from "@/tests/support/whop";

describe("what deep health says of the sync", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  const health = async () => (await checkHealth(syncDeps(database, whop()))).checks.sync;

  test("nothing is wrong where nobody is read yet", async () => {
    expect(await health()).toMatchObject({
      ok: true,
      communities: 0,
      waitingSeconds: 0,
      lagSeconds: 0,
      failingFeatures: 0,
    });
  });

  test("the lag is that of the worst community, and a community that waits for its turn too long says that nobody reads", async () => {
    const [one, other] = [await aSyncedCommunity(database, whop()), await aSyncedCommunity(database, whop())];
    expect((await health()).lagSeconds).toBeGreaterThan(86_000);
    for (const { communityId } of [one, other]) await makeDue(database, communityId);
    await runSync(syncDeps(database, whop()), { news: NO_NEWS });
    const well = await health();
    expect(well).toMatchObject({ ok: true, communities: 2, waitingSeconds: 0, failingFeatures: 0 });
    expect(well.lagSeconds).toBeLessThan(600);

    await sql`update sync_features set caught_up_to = now() - interval '50 minutes'
      where community_id = ${other.communityId} and feature = 'chat'`.execute(database.owner);
    expect(Math.round((await health()).lagSeconds / 60)).toBe(50);
    await sql`update sync_communities set next_run_at = now() - interval '16 minutes'
      where community_id = ${one.communityId}`.execute(database.owner);
    expect(await health()).toMatchObject({ ok: false });
  });

  test("a permission that a creator has not given is counted, and makes neither a lag nor anything unhealthy", async () => {
    const place = await aSyncedCommunity(database, whop());
    await sql`update sync_communities set next_run_at = now() + interval '1 hour'`.execute(database.owner);
    await sql`update sync_features set caught_up_to = now()`.execute(database.owner);
    whop().permissions.revoke(place.companyId, "chatChannels.list");
    await syncNow(database, syncDeps(database, whop()), place.communityId);
    expect(await health()).toMatchObject({ ok: true, failingFeatures: 2 });
    expect((await health()).lagSeconds).toBeLessThan(600);
  });
});
