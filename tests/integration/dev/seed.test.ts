import { sql } from "kysely";
import { drawSample, FULL_SAMPLE } from "@/dev/seed/communities";
import { deliverHistory } from "@/dev/seed/deliver-history";
import { type SeedReport, seedCommunities } from "@/dev/seed/seed";
import { drawTalk } from "@/dev/seed/talk";
import { worldOf } from "@/dev/seed/world";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { createAccess } from "@/lib/auth/access";
import { createCommunities } from "@/lib/auth/communities";
import { createKeyedHash } from "@/lib/crypto/keyed-hash";
import { inCommunity } from "@/lib/db/database";
import { createLogger } from "@/lib/log";
import { createRateLimiter } from "@/lib/redis/rate-limit";
import { createWhopClient, type WhopClient } from "@/lib/whop/client";
import { reconcileRewards } from "@/services/rewards/reconcile-rewards";
import { checkMember } from "@/services/xp/check-member";
import { readRules } from "@/services/xp/stored-state";
import { useDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";

const DAY_MS = 86_400_000;

describe("the sample communities", () => {
  const database = useDatabase({ max: 6 });
  const endsAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 120_000);
  const sample = drawSample(14, FULL_SAMPLE, endsAt);
  const talk = sample.communities.map((community) => drawTalk(sample, community));
  const [main, second] = sample.communities;
  let whop: WhopSimulator;
  let client: WhopClient;
  let report: SeedReport;

  beforeAll(async () => {
    const { appId, apiKey, botUserId, webhookSecret, signer, stop } = await startWhopSimulator();
    await stop();
    const state = { appId, apiKey, botUserId, webhookSecrets: [webhookSecret], privateJwk: signer.privateJwk };
    whop = await startWhopSimulator({ state: { ...state, world: worldOf(sample, talk) } });
    client = createWhopClient({
      apiKey,
      appId,
      baseUrl: whop.baseUrl,
      log: createLogger({ logLevel: "silent" }),
    });
    const deps = {
      db: database.db,
      redis: redisAway,
      communities: createCommunities({ db: database.db, whop: client, limiter: createRateLimiter(redisAway) }),
      keyedHash: createKeyedHash(Buffer.alloc(32, 7)),
    };
    report = await seedCommunities(deps, { sample, talk, pictureUrl: (userId) => `${whop.url}/avatars/${userId}.png` });
    if (main) await deliverHistory({ owner: database.owner, world: whop.world }, main, sample.startsAt);
  }, 180_000);
  afterAll(() => whop?.stop());

  test("the sample has every outcome that the rules know", () => {
    const expected =
      "awarded bad_time cooldown daily_cap disabled duplicate excluded_channel excluded_member paused reversed self too_old too_short";

    expect(Object.keys(report.outcomes).sort()).toEqual(expected.split(" "));
    expect(report.activities).toBeGreaterThan(40_000);
  });

  test("the sample has members in every level band up to 30, rewards, and one below zero", async () => {
    const members = await database.owner
      .selectFrom("users")
      .select(["level", "xp"])
      .where("community_id", "=", main?.companyId ?? "")
      .execute();
    const levels = new Set(members.map(({ level }) => level));
    const rewards = await database.owner
      .selectFrom("rewards")
      .select("level")
      .where("state", "=", "delivered")
      .where("level", "is not", null)
      .execute();

    for (let level = 1; level <= 10; level += 1) expect(levels).toContain(level);
    // Which of two neighbours somebody reaches depends on the day on which the history ends.
    for (const from of [11, 13, 15, 17, 19, 21, 23]) expect(levels.has(from) || levels.has(from + 1)).toBe(true);
    expect(Math.max(...levels)).toBeGreaterThanOrEqual(30);
    expect(members.length).toBeGreaterThan(220);
    expect(members.some(({ xp }) => xp < 0)).toBe(true);
    expect(new Set(rewards.map(({ level }) => level))).toEqual(new Set([5, 10, 25]));
  });

  test("the main community has confirmed its rewards before its history began, the second has not", async () => {
    const communities = await database.owner
      .selectFrom("communities")
      .innerJoin("notification_settings", "notification_settings.community_id", "communities.community_id")
      .select(["communities.community_id", "onboarded_at", "rewards_confirmed_at", "notification_settings.settings"])
      .execute();
    const byId = Object.fromEntries(communities.map(({ community_id, ...community }) => [community_id, community]));
    const unsent = await countStates(second?.companyId);

    expect(byId[main?.companyId ?? ""]).toMatchObject({
      onboarded_at: sample.startsAt,
      rewards_confirmed_at: sample.startsAt,
      settings: { announcement: { enabled: true, experienceId: main?.chats[0]?.experienceId } },
    });
    expect(byId[second?.companyId ?? ""]).toMatchObject({
      onboarded_at: null,
      rewards_confirmed_at: null,
      settings: { announcement: { enabled: false } },
    });
    expect(unsent).toEqual({ due: expect.any(Number) });
  });

  test("what the history earned was sent then, but for one of each kind that a person or a membership must help", async () => {
    const { delivered, ...others } = await countStates(main?.companyId);
    const { rows: late } = await sql`
      select * from rewards where community_id = ${main?.companyId} and rule_id is not null and state = 'delivered'
        and (delivered_at not between ${sample.startsAt} and ${sample.endsAt}
          or budget_month <> date_trunc('month', delivered_at at time zone 'UTC')::date or whop_id is null)`.execute(
      database.owner,
    );

    expect(delivered).toBeGreaterThan(100);
    expect(others).toEqual({ waiting: 1, unknown_outcome: 1, no_end: 1 });
    expect(late).toEqual([]);
  });

  test("nobody is told of the history, and nothing of it is left to send", async () => {
    const { rows } = await sql`select community_id, user_id from notifications`.execute(database.owner);
    const { rows: unsent } = await sql`
      select * from rewards where community_id = ${main?.companyId} and state in ('due', 'confirmed', 'sending')`.execute(
      database.owner,
    );

    expect(rows).toEqual([]);
    expect(unsent).toEqual([]);
  });

  test("Whop has the memberships and codes that the history says: a comparison finds no difference", async () => {
    const found = await reconcileRewards({
      db: database.db,
      log: createLogger({ logLevel: "silent" }),
      now: () => new Date(),
      whop: client,
      whopShare: { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) },
      access: createAccess({ whop: client }),
    });
    const { rows } = await sql`select kind, severity from reward_differences`.execute(database.owner);
    const codes = whop.world.promoCodesOf(main?.companyId ?? "");

    expect(found).toBe(0);
    expect(rows).toEqual([]);
    expect(codes).toMatchObject([{ status: "active", stock: 1, uses: 0 }]);
  }, 60_000);

  test("every member has a membership with some weeks to go, a few have one for life, and who left has none any more", () => {
    const memberships = whop.world.membershipsOf(main?.companyId ?? "");
    const ends = memberships.flatMap(({ status, renewalPeriodEnd }) =>
      status === "active" && renewalPeriodEnd !== null ? [Date.parse(renewalPeriodEnd) - endsAt.getTime()] : [],
    );
    const forLife = memberships.filter(({ renewalPeriodEnd }) => renewalPeriodEnd === null);

    expect(memberships).toHaveLength(main?.people.length ?? 0);
    expect(new Set(memberships.map(({ id }) => id)).size).toBe(memberships.length);
    expect(Math.min(...ends)).toBeGreaterThan(7 * DAY_MS);
    expect(Math.max(...ends)).toBeLessThan(70 * DAY_MS);
    expect(forLife.length).toBeGreaterThan(4);
    expect(forLife.length).toBeLessThan(20);
    expect(memberships.filter(({ status }) => status === "canceled")).toMatchObject([{ userId: main?.exMemberId }]);
  });

  /** How many rewards there are of each state, those for a person by their problem. */
  async function countStates(companyId = ""): Promise<Record<string, number>> {
    const { rows } = await sql<{ state: string; count: number }>`
      select coalesce(problem, state) as state, count(*)::integer as count from rewards
      where community_id = ${companyId} and state <> 'cancelled' group by 1`.execute(database.owner);
    return Object.fromEntries(rows.map(({ state, count }) => [state, count]));
  }

  test("what the seed stores equals the fold, for every member of both communities", async () => {
    const differing: string[] = [];
    for (const { companyId, people } of sample.communities) {
      await inCommunity(database.db, companyId, async (trx) => {
        const rules = await readRules(trx, companyId);
        const stored = await trx.selectFrom("users").select("user_id").where("community_id", "=", companyId).execute();
        expect(stored.length).toBeLessThanOrEqual(people.length);
        for (const { user_id } of stored) {
          if ((await checkMember(trx, rules, user_id)).length > 0) differing.push(user_id);
        }
      });
    }
    expect(differing).toEqual([]);
  }, 120_000);

  test("the rates in force at the end are the documented ones", async () => {
    const { settings } = await database.owner
      .selectFrom("settings_versions")
      .select("settings")
      .where("community_id", "=", main?.companyId ?? "")
      .orderBy("version", "desc")
      .executeTakeFirstOrThrow();

    expect(settings).toMatchObject({
      paused: false,
      dailyXpCap: null,
      actions: {
        message: { minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0 },
        post: { minXp: 15, maxXp: 25 },
        comment: { minXp: 10, maxXp: 10 },
        reaction: { minXp: 5, maxXp: 5, dailyXpCap: null },
      },
    });
  });

  test("whoever has XP has a name at Whop, and whoever left has no access", async () => {
    const users = await database.owner.selectFrom("users").select(["community_id", "user_id"]).execute();
    const profiles = await database.owner.selectFrom("profiles").select("user_id").execute();

    expect(users.filter(({ user_id }) => !whop.world.user(user_id))).toEqual([]);
    expect(profiles).toHaveLength(users.length);
    expect(whop.world.accessLevel(main?.exMemberId ?? "", main?.companyId ?? "")).toBe("no_access");
    expect(whop.world.accessLevel(main?.memberId ?? "", main?.companyId ?? "")).toBe("customer");
    expect(whop.world.accessLevel(main?.memberId ?? "", second?.companyId ?? "")).toBe("no_access");
  });

  test("the same seed draws the same sample", () => {
    const again = drawSample(14, FULL_SAMPLE, endsAt);

    expect(again).toEqual(sample);
    expect(drawTalk(again, again.communities[0] ?? (main as never))).toEqual(talk[0]);
  });
});
