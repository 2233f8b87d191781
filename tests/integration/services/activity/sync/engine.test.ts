import { randomUUID } from "node:crypto";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { AppError, sqlErrorName } from "@/lib/errors";
import { runSync } from "@/services/activity/sync/engine";
import type { Feature } from "@/services/activity/sync/feature";
import { FEATURES } from "@/services/activity/sync/features";
import { forgetSync } from "@/services/activity/sync/forget-sync";
import { readSync } from "@/services/activity/sync/read-sync";
import { requestSync } from "@/services/activity/sync/request-sync";
import type { Slice } from "@/services/activity/sync/slice";
import { claimCommunities, LEASE_SECONDS } from "@/services/activity/sync/sync.queries";
import { aMessage } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { withInstances } from "@/tests/support/instances";
import { activitiesOf, aSyncedCommunity, featureRow, makeDue, passSyncTime, syncNow, xpOf } from "@/tests/support/sync";
import { NO_NEWS, syncDeps } from "@/tests/support/sync-deps";
import { aCommunityIn, aWhop } from "@/tests/support/whop";

const HOUR_MS = 3_600_000;

describe("the engine of the sync", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  const run = (options: Partial<Parameters<typeof runSync>[1]> = {}) =>
    runSync(syncDeps(database, whop()), { news: NO_NEWS, ...options });

  /** Those of the tests before are not due any more. */
  beforeEach(async () => {
    await sql`insert into sync_communities (community_id, counts_from) select community_id, now() from communities
      on conflict do nothing`.execute(database.owner);
    await sql`update sync_communities set next_run_at = now() + interval '1 year'`.execute(database.owner);
    await sql`delete from whop_pauses`.execute(database.owner);
  });

  function write({ chatExperienceId, memberId }: { chatExperienceId: string; memberId: string }, minutesAgo = 5) {
    const createdAt = new Date(Date.now() - minutesAgo * 60_000);
    const message = { userId: memberId, channelId: chatExperienceId, content: "Hello, everyone!", createdAt };
    return whop().world.postMessage({ ...message, deliver: false });
  }

  /** A feature that does what it is told, in whichever communities it is run. */
  const doing = (name: Feature["name"], sync: Feature["sync"], more: Partial<Feature> = {}): Feature => ({
    name,
    permission: "chat:read",
    sync,
    ...more,
  });
  const well = doing("forum", async ({ startedAt }) => ({ caughtUpTo: startedAt }));

  async function communityRow(communityId: string) {
    return database.owner
      .selectFrom("sync_communities")
      .selectAll()
      .where("community_id", "=", communityId)
      .executeTakeFirstOrThrow();
  }

  test("every community that there is gets its turn, without anybody having told the sync of it", async () => {
    const places = Array.from({ length: 12 }, () => aCommunityIn(whop()));
    for (const { companyId } of places)
      await inCommunity(database.db, companyId, (trx) => sql`select ensure_community(${companyId}, '')`.execute(trx));
    await sql`update communities set created_at = now() - interval '1 hour'`.execute(database.owner);
    for (const place of places) write(place);
    expect(await run()).toBe(12);
    for (const { companyId, memberId } of places) {
      expect((await xpOf(database, companyId, memberId)).messages).toBe(1);
    }
    // None is due again at once.
    expect(await run()).toBe(0);
  });

  test("two workers at once never have the same community", async () => {
    const ids = await Promise.all(
      Array.from({ length: 10 }, async () => (await aSyncedCommunity(database, whop())).communityId),
    );
    const inside = new Set<string>();
    const runs: string[] = [];
    const slow = doing("chat", async ({ communityId, startedAt }) => {
      if (inside.has(communityId)) throw new Error("Somebody else is at it.");
      inside.add(communityId);
      runs.push(communityId);
      await new Promise((resolve) => setTimeout(resolve, 20));
      inside.delete(communityId);
      return { caughtUpTo: startedAt };
    });
    await withInstances(database, 3, async (instances) => {
      const options = { news: NO_NEWS, features: [slow], lanes: 2 };
      await Promise.all(instances.map((one) => runSync(syncDeps(one, whop()), options)));
    });
    expect(runs.toSorted()).toEqual(ids.toSorted());
  });

  test("who has waited longest goes first; the busier a little sooner, but never before who has waited twice as long", async () => {
    const [long, busy, quiet] = [
      (await aSyncedCommunity(database, whop())).communityId,
      (await aSyncedCommunity(database, whop())).communityId,
      (await aSyncedCommunity(database, whop())).communityId,
    ];
    const set = (id: string, seconds: number, busyness: number) =>
      sql`update sync_communities set next_run_at = now() - make_interval(secs => ${seconds}), busy = ${busyness}
        where community_id = ${id}`.execute(database.owner);
    await set(long, 500, 0);
    await set(busy, 220, 1_000_000);
    await set(quiet, 230, 0);
    const order: string[] = [];
    for (let n = 0; n < 3; n += 1) {
      const [lease] = await claimCommunities(database.db, { limit: 1, leaseSeconds: LEASE_SECONDS });
      order.push(lease?.communityId ?? "");
    }
    expect(order).toEqual([long, busy, quiet]);
  });

  test("a community whose turns are never enough goes to the end of the line after each", async () => {
    const big = await aSyncedCommunity(database, whop());
    for (let n = 0; n < 650; n += 1) write(big, 1 + n);
    const others = await Promise.all(Array.from({ length: 5 }, () => aSyncedCommunity(database, whop())));
    for (const other of others) write(other);
    await makeDue(database, big.communityId);
    const pages: string[] = [];
    const deps = syncDeps(database, whop());
    const noting = {
      ...deps,
      whop: {
        ...deps.whop,
        readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) => {
          pages.push(of.channelId);
          return deps.whop.readMessages(of);
        },
      },
    };
    await runSync(noting, { news: NO_NEWS, lanes: 1, callsPerTurn: 2 });
    expect((await xpOf(database, big.communityId, big.memberId)).messages).toBe(650);
    for (const other of others) expect((await xpOf(database, other.communityId, other.memberId)).messages).toBe(1);
    // One page in its first turn, for the channels had to be listed, and two in its second: everybody else came before its third.
    const thirdTurn = pages.flatMap((id, at) => (id === big.channelId ? [at] : []))[3] ?? Number.POSITIVE_INFINITY;
    for (const { channelId } of others) expect(pages.indexOf(channelId)).toBeLessThan(thirdTurn);
  });

  test("of the features of a community, one that fills every turn leaves the next turn to the others", async () => {
    const { communityId } = await aSyncedCommunity(database, whop());
    let turnsLeft = 3;
    const greedy = doing("chat", async (slice) => {
      if (turnsLeft === 0) return { caughtUpTo: slice.startedAt };
      turnsLeft -= 1;
      for (;;) await slice.call("apps.retrieve", async () => null);
    });
    await run({ features: [greedy, well], callsPerTurn: 3 });
    expect(turnsLeft).toBe(0);
    const [chat, forum] = [
      await featureRow(database, communityId, "chat"),
      await featureRow(database, communityId, "forum"),
    ];
    expect(forum.last_success_at?.getTime()).toBeLessThan(chat.last_success_at?.getTime() ?? 0);
    expect(chat).toMatchObject({ requests: 9, problem: null, failures: 0 });
  });

  test("an hourly feature runs hourly, the others with each turn", async () => {
    const { communityId } = await aSyncedCommunity(database, whop());
    const ran: string[] = [];
    const each = doing("forum", async ({ feature, startedAt }) => {
      ran.push(feature);
      return { caughtUpTo: startedAt };
    });
    const hourly = { ...each, name: "members" as const, everySeconds: 3600 };
    await run({ features: [each, hourly] });
    await sql`update sync_communities set next_run_at = now() where community_id = ${communityId}`.execute(
      database.owner,
    );
    await sql`update sync_features set due_at = due_at - interval '30 minutes'`.execute(database.owner);
    await run({ features: [each, hourly] });
    expect(ran).toEqual(["forum", "members", "forum"]);
    expect((await communityRow(communityId)).next_run_at.getTime()).toBeLessThan(Date.now() + HOUR_MS);
  });

  describe("what stands in the way", () => {
    test("a permission that is missing: the feature says so and is tried each hour; the others go on", async () => {
      const place = await aSyncedCommunity(database, whop());
      whop().permissions.revoke(place.companyId, "chatChannels.list");
      await run({ features: [...chatAndReactions(), well] });
      const chat = await featureRow(database, place.communityId, "chat");
      expect(chat).toMatchObject({ problem: "no_permission", last_error: "no_permission", caught_up_to: null });
      expect(Math.round((chat.due_at.getTime() - Date.now()) / HOUR_MS)).toBe(1);
      // What only follows it has the same problem, and has asked nothing.
      expect(await featureRow(database, place.communityId, "reactions")).toMatchObject({
        problem: "no_permission",
        requests: 0,
      });
      expect(await featureRow(database, place.communityId, "forum")).toMatchObject({ problem: null });
      expect((await communityRow(place.communityId)).paused_because).toBeNull();

      const since = chat.problem_since;
      whop().permissions.grant(place.companyId, "chatChannels.list");
      write(place);
      expect(await run({ features: chatAndReactions() })).toBe(0);
      await requestSync(database, place.communityId);
      await run({ features: [...chatAndReactions(), well] });
      expect(since).not.toBeNull();
      expect(await featureRow(database, place.communityId, "chat")).toMatchObject({
        problem: null,
        problem_since: null,
      });
      expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(1);
    });

    test("a permission that is given again lets read on at once what only follows, whichever of the two ran last", async () => {
      const place = await aSyncedCommunity(database, whop());
      whop().permissions.revoke(place.companyId, "messages.list");
      await run({ features: chatAndReactions() });
      await sql`update sync_features set last_run_at = last_run_at - interval '1 minute'
        where community_id = ${place.communityId} and feature = 'reactions'`.execute(database.owner);
      whop().permissions.grant(place.companyId, "messages.list");
      await requestSync(database, place.communityId);
      await run({ features: chatAndReactions() });
      for (const name of ["chat", "reactions"]) {
        expect(await featureRow(database, place.communityId, name)).toMatchObject({ problem: null, failures: 0 });
      }
    });

    test("what only follows is tried again with what it follows, and not an hour after it was found refused", async () => {
      const place = await aSyncedCommunity(database, whop());
      whop().permissions.revoke(place.companyId, "messages.list");
      await run({ features: chatAndReactions() });
      await makeDue(database, place.communityId);
      await sql`update sync_features set due_at = now() + interval '5 minutes'
        where community_id = ${place.communityId} and feature = 'chat'`.execute(database.owner);
      await run({ features: chatAndReactions() });
      const [chat, reactions] = await Promise.all(
        ["chat", "reactions"].map((name) => featureRow(database, place.communityId, name)),
      );
      expect(reactions).toMatchObject({ problem: "no_permission", requests: 0 });
      expect(Math.abs(Number(reactions?.due_at) - Number(chat?.due_at))).toBeLessThan(30_000);
    });

    test.each([403, 404] as const)(
      "an app that has been uninstalled (%i): paused, nothing lost, forgotten after 30 days, and back at once when it is installed again",
      async (status) => {
        const place = await aSyncedCommunity(database, whop());
        const { communityId } = place;
        const before = write(place);
        await syncNow(database, syncDeps(database, whop()), communityId);
        whop().permissions.uninstall(place.companyId, status);
        // As time goes by, each asks again what there is.
        await sql`update sync_features set state = '{}' where community_id = ${communityId}`.execute(database.owner);
        await syncNow(database, syncDeps(database, whop()), communityId);
        const paused = await readSync({ db: database.db, now: () => new Date() }, communityId);
        expect(paused.paused).toMatchObject({ because: "uninstalled", isForgotten: false });
        expect((await communityRow(communityId)).next_run_at.getTime()).toBeGreaterThan(Date.now() + 0.9 * HOUR_MS);
        expect((await activitiesOf(database, communityId)).get(`message:${before.id}`)?.outcome).toBe("awarded");

        const kept = async () =>
          (await database.owner.selectFrom("sync_items").selectAll().where("community_id", "=", communityId).execute())
            .length;
        await forgetSync({ db: database.db, log: syncDeps(database, whop()).log });
        expect(await kept()).toBe(1);
        await sql`update sync_communities set paused_at = now() - interval '31 days' where community_id = ${communityId}`.execute(
          database.owner,
        );
        await forgetSync({ db: database.db, log: syncDeps(database, whop()).log });
        expect(await kept()).toBe(0);
        expect((await readSync({ db: database.db, now: () => new Date() }, communityId)).paused).toMatchObject({
          isForgotten: true,
        });
        expect((await xpOf(database, communityId, place.memberId)).xp).toBe(20);

        whop().permissions.install(place.companyId);
        write(place, 1);
        await syncNow(database, syncDeps(database, whop()), communityId);
        expect((await xpOf(database, communityId, place.memberId)).messages).toBe(2);
        expect(await communityRow(communityId)).toMatchObject({
          paused_because: null,
          paused_at: null,
          forgotten_at: null,
        });
      },
    );

    test("too many calls: the operation is held back everywhere for as long as Whop says, and no other", async () => {
      const places = await Promise.all(Array.from({ length: 20 }, () => aSyncedCommunity(database, whop())));
      whop().faults.add({ kind: "rate_limit", operation: "messages.list", retryAfterSeconds: 60, probability: 1 });
      const calls = new Map<string, number>();
      const count = (operation: string) => calls.set(operation, (calls.get(operation) ?? 0) + 1);
      const deps = syncDeps(database, whop());
      const counting = {
        ...deps,
        whop: {
          ...deps.whop,
          readMessages: (of: Parameters<typeof deps.whop.readMessages>[0]) => {
            count("messages.list");
            return deps.whop.readMessages(of);
          },
          listChatChannels: (id: string) => {
            count("chatChannels.list");
            return deps.whop.listChatChannels(id);
          },
        },
      };
      const lanes = 4;
      await runSync(counting, { news: NO_NEWS, features: chatAndReactions(), lanes });
      // At most those that were under way when Whop said so; nobody asks after that.
      expect(calls.get("messages.list")).toBeLessThanOrEqual(lanes);
      expect(calls.get("chatChannels.list")).toBe(20);
      for (const { communityId } of places) {
        const chat = await featureRow(database, communityId, "chat");
        expect(chat).toMatchObject({ problem: "rate_limited", last_error: "rate_limited" });
        // Not sooner than Whop has said.
        expect(chat.due_at.getTime()).toBeGreaterThan(Date.now() + 30_000);
      }
      const asked = calls.get("messages.list");
      for (const { communityId } of places) await makeDue(database, communityId);
      await runSync(counting, { news: NO_NEWS, features: chatAndReactions(), lanes });
      expect(calls.get("messages.list")).toBe(asked);

      whop().faults.clear();
      await sql`update whop_pauses set paused_until = now()`.execute(database.owner);
      for (const { communityId } of places) await makeDue(database, communityId);
      await runSync(counting, { news: NO_NEWS, features: chatAndReactions(), lanes });
      for (const { communityId } of places)
        expect(await featureRow(database, communityId, "chat")).toMatchObject({ problem: null });
    });

    test.each([
      ["Whop is away", { kind: "status", status: 503, probability: 1 }, "unavailable"],
      ["Whop answers nonsense", { kind: "garbage", probability: 1 }, "unavailable"],
      ["the line is broken", { kind: "drop_before", probability: 1 }, "unavailable"],
    ] as const)("%s: said, tried again soon and then more seldom, ten minutes at most", async (_, fault, problem) => {
      const place = await aSyncedCommunity(database, whop());
      write(place);
      whop().faults.add({ ...fault, operation: "messages.list" });
      const pauses: number[] = [];
      for (let n = 0; n < 7; n += 1) {
        await syncNow(database, syncDeps(database, whop()), place.communityId, { features: chatAndReactions() });
        const { due_at, last_run_at } = await featureRow(database, place.communityId, "chat");
        pauses.push((due_at.getTime() - (last_run_at?.getTime() ?? 0)) / 1000);
      }
      expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ problem, failures: 7 });
      expect(pauses[0]).toBeLessThan(10);
      expect(Math.max(...pauses)).toBeLessThanOrEqual(600);
      expect(pauses[6]).toBeGreaterThan(400);
      whop().faults.clear();
      await syncNow(database, syncDeps(database, whop()), place.communityId);
      expect(await featureRow(database, place.communityId, "chat")).toMatchObject({ problem: null, failures: 0 });
      expect((await xpOf(database, place.communityId, place.memberId)).messages).toBe(1);
    });

    test("an error of our own stops neither the other features nor the other communities", async () => {
      const [one, other] = [await aSyncedCommunity(database, whop()), await aSyncedCommunity(database, whop())];
      const broken = doing("chat", async ({ communityId, startedAt }) => {
        if (communityId === one.communityId) throw new Error(`secret ${randomUUID()}`);
        return { caughtUpTo: startedAt };
      });
      await run({ features: [broken, well] });
      expect(await featureRow(database, one.communityId, "chat")).toMatchObject({
        problem: "error",
        last_error: "internal",
      });
      expect(await featureRow(database, one.communityId, "forum")).toMatchObject({ problem: null });
      expect(await featureRow(database, other.communityId, "chat")).toMatchObject({ problem: null });
    });

    test("no share of Whop's limit is left: the turn ends, nothing is called, and that is nobody's failure", async () => {
      const place = await aSyncedCommunity(database, whop());
      const deps = {
        ...syncDeps(database, whop()),
        whopShare: { take: async () => ({ allowed: false, retryAfterSeconds: 1 }) },
      };
      const until = new Date(Date.now() + 50);
      await runSync(deps, { news: NO_NEWS, features: chatAndReactions(), until, secondsPerTurn: 0.05 });
      expect(await featureRow(database, place.communityId, "chat")).toMatchObject({
        requests: 0,
        problem: null,
        failures: 0,
      });
    });
  });

  describe("a worker that was frozen for longer than its lease", () => {
    const endLease = (communityId: string) =>
      sql`update sync_communities set leased_until = now() - interval '1 second'
        where community_id = ${communityId}`.execute(database.owner);

    /** Runs a feature that loses its lease to another worker before it goes on. */
    async function frozenIn(goOn: (slice: Slice) => Promise<unknown>) {
      const place = await aSyncedCommunity(database, whop());
      const { communityId } = place;
      let answer: unknown;
      const frozen = doing("chat", async (slice) => {
        await slice.write((trx) => slice.saveState(trx, { before: true }));
        await endLease(communityId);
        await claimCommunities(database.db, { limit: 1, leaseSeconds: 60, communityId });
        answer = await goOn(slice).catch((error: unknown) => error);
        throw answer;
      });
      await run({ features: [frozen, well], communityId });
      return { place, answer };
    }

    test.each<[string, (slice: Slice) => Promise<unknown>]>([
      ["writes nothing of its own", (slice) => slice.write((trx) => slice.saveState(trx, { late: true }))],
      ["records nothing", (slice) => slice.record([aMessage({ userId: "user_late" })])],
      ["takes nothing out", (slice) => slice.remove(["message:late"])],
      ["asks Whop nothing", (slice) => slice.call("apps.retrieve", async () => "asked")],
    ])("%s, and its turn is over", async (_, goOn) => {
      const { place, answer } = await frozenIn(goOn);
      expect(sqlErrorName(answer)).toBe("lease_lost");
      const { communityId } = place;
      expect((await activitiesOf(database, communityId)).size).toBe(0);
      const row = await featureRow(database, communityId, "chat");
      expect(row).toMatchObject({ state: { before: true }, last_run_at: null, problem: null });
      // The other one's lease is untouched.
      expect((await communityRow(communityId)).lease_token).not.toBeNull();
    });

    test("a lease keeps the others away until it ends, and then another has it", async () => {
      const { communityId } = await aSyncedCommunity(database, whop());
      const [lease] = await claimCommunities(database.db, { limit: 1, leaseSeconds: 60, communityId });
      expect(await claimCommunities(database.db, { limit: 1, leaseSeconds: 60, communityId })).toEqual([]);
      await endLease(communityId);
      const [next] = await claimCommunities(database.db, { limit: 1, leaseSeconds: 60, communityId });
      expect(next?.communityId).toBe(communityId);
      expect(next?.token).not.toBe(lease?.token);
    });
  });

  test("a request by a creator makes everything due but what Whop has held back", async () => {
    const { communityId } = await aSyncedCommunity(database, whop());
    const limited = doing("chat", async () => {
      throw new AppError("unavailable", "Too many.", { retryAfterSeconds: 60 });
    });
    await run({ features: [limited, well] });
    await requestSync(database, communityId);
    const ran: string[] = [];
    const noting = (feature: Feature): Feature => ({
      ...feature,
      sync: (slice) => {
        ran.push(feature.name);
        return feature.sync(slice);
      },
    });
    await run({ features: [noting(limited), noting(well)] });
    expect(ran).toEqual(["forum"]);
  });

  test("what a page shows of it: runs, lag, counts, problems in codes; before the first run, too", async () => {
    const place = await aSyncedCommunity(database, whop());
    const read = () => readSync({ db: database.db, now: () => new Date() }, place.communityId);
    const fresh = await read();
    expect(fresh).toMatchObject({ paused: null, isRunning: false, lastRunAt: null });
    const chatOf = (state: typeof fresh) => state.features.find(({ feature }) => feature === "chat");
    expect(chatOf(fresh)).toMatchObject({
      permission: "chat:read",
      lastRunAt: null,
      problem: null,
      counts: { read: 0 },
    });
    expect(chatOf(fresh)?.lagSeconds).toBeGreaterThan(86_000);
    write(place);
    await run();
    const after = chatOf(await read());
    expect(after).toMatchObject({ problem: null, counts: { read: 1, recorded: 1, removed: 0, requests: 2 } });
    expect(after?.lagSeconds).toBeLessThan(60);
    await passSyncTime(database, place.communityId, 0);
  });

  function chatAndReactions(): Feature[] {
    return FEATURES.filter(({ name }) => name === "chat" || name === "reactions");
  }
});
