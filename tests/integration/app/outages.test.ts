import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { Client } from "pg";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { migrate } from "@/lib/db/migrate";
import { anApp, startApp, type TestApp } from "@/tests/support/app";
import { asApp } from "@/tests/support/cluster";
import { storedMember } from "@/tests/support/community";
import { aMessageEvent } from "@/tests/support/events";
import { sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

function newcomer(app: TestApp, place: CommunityInWhop): string {
  const { id } = app.whop.world.addUser();
  app.whop.world.join(place.companyId, id);
  return id;
}

describe("while Postgres is killed and started again under requests", () => {
  let postgres: Postgres;
  let app: TestApp;
  beforeAll(async () => {
    postgres = await startPostgres({ durable: true });
    const databaseUrl = asApp(postgres.url(), randomBytes(12).toString("hex"));
    await migrate({ ownerUrl: postgres.url(), appUrl: databaseUrl });
    app = await startApp({ databaseUrl });
  }, 120_000);
  afterAll(async () => {
    await app.stop();
    await postgres.stop();
  });

  test("requests are answered 503 with Retry-After, then 200 by itself; what was acknowledged is there, once", async () => {
    const place = aCommunityIn(app.whop);
    expect((await sendWebhook(app, aMessageEvent(place))).status).toBe(200);
    const acknowledged: string[] = [];
    const seen = new Map<number, number>();
    const withoutRetryAfter: number[] = [];
    let running = true;

    const sender = async () => {
      while (running) {
        const id = `post_${randomBytes(8).toString("hex")}`;
        const event = aMessageEvent(place, { id, userId: newcomer(app, place) });
        // As Whop does: the same event until it is taken.
        for (;;) {
          const response = await sendWebhook(app, event);
          await response.body?.cancel();
          seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
          if (response.status === 503 && !response.headers.has("retry-after")) withoutRetryAfter.push(response.status);
          if (response.status === 200) {
            acknowledged.push(id);
            break;
          }
          if (!running) return;
          await sleep(50);
        }
        await sleep(5);
      }
    };
    const senders = Array.from({ length: 6 }, sender);
    await sleep(500);
    await postgres.kill();
    await sleep(800);
    expect((await app.call("/api/health?deep=1")).status).toBe(503);
    expect((await app.call("/api/health")).status).toBe(200);
    await postgres.restart();
    const before = acknowledged.length;
    for (let n = 0; n < 200 && acknowledged.length < before + 20; n += 1) await sleep(50);
    running = false;
    await Promise.all(senders);

    expect([...seen.keys()].sort()).toEqual([200, 503]);
    expect(withoutRetryAfter).toEqual([]);
    expect(acknowledged.length).toBeGreaterThanOrEqual(before + 20);
    const owner = new Client({ connectionString: postgres.url() });
    await owner.connect();
    const { rows } = await owner.query<{ activity_id: string; times: number }>(
      "select activity_id, count(*)::integer as times from activity_log group by activity_id",
    );
    await owner.end();
    const stored = new Map(rows.map(({ activity_id, times }) => [activity_id, times]));
    expect(acknowledged.filter((id) => stored.get(`message:${id}`) !== 1)).toEqual([]);
  }, 120_000);
});

describe("a Redis that", () => {
  const app = anApp();

  const TROUBLES: Record<string, [begin: (app: TestApp) => unknown, end: (app: TestApp) => unknown]> = {
    "is there": [() => undefined, () => undefined],
    "is stopped": [({ redis }) => redis.down(), ({ redis }) => redis.up()],
    "is frozen": [({ redis }) => redis.freeze(), ({ redis }) => redis.thaw()],
    "loses everything all the time": [
      ({ redis }) => {
        flushing = setInterval(() => void redis.flush(), 5);
      },
      () => clearInterval(flushing),
    ],
    "takes half a second for every answer": [({ redis }) => redis.slow(500), ({ redis }) => redis.slow(0)],
  };
  let flushing: NodeJS.Timeout | undefined;

  test.each(Object.keys(TROUBLES))("%s changes no award and holds none up", async (trouble) => {
    const [begin, end] = TROUBLES[trouble] ?? [];
    const place = aCommunityIn(app().whop);
    await app().deps.communities.resolve(place.chatExperienceId);
    await app().deps.communities.resolve(place.experienceId);
    const members = Array.from({ length: 20 }, () => newcomer(app(), place));
    await begin?.(app());
    try {
      const slowest = await longest(members, async (userId) => {
        const id = `post_${userId}`;
        for (let times = 0; times < 2; times += 1) {
          expect((await sendWebhook(app(), aMessageEvent(place, { id, userId }))).status).toBe(200);
        }
        expect((await sendWebhook(app(), aMessageEvent(place, { userId }))).status).toBe(200);
      });
      expect(slowest).toBeLessThan(3_000);
      for (const userId of members) {
        const stored = await storedMember(app().database, place.companyId, userId);
        expect(stored).toMatchObject({ xp: 20, totalMessages: 2 });
      }
      const json = { userId: place.memberId, experienceId: place.experienceId, activityType: "comment" };
      const [awarded, again] = [
        await app().call("/api/xp", { as: place.ownerId, json }),
        await app().call("/api/xp", { as: place.ownerId, json }),
      ];
      expect([awarded.status, again.status, (await again.json()).error.code]).toEqual([200, 429, "cooldown"]);
    } finally {
      await end?.(app());
    }
  });

  async function longest(members: string[], work: (userId: string) => Promise<void>): Promise<number> {
    const times = await Promise.all(
      members.map(async (userId) => {
        const started = performance.now();
        await work(userId);
        return performance.now() - started;
      }),
    );
    return Math.max(...times);
  }
});
