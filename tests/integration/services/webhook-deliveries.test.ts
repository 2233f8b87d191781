import { sql } from "kysely";
import { deliver } from "@/services/notifications/deliver";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { anAdjustment, storedMember } from "@/tests/support/community";
import { aMessageEvent, anOwnerEvent } from "@/tests/support/events";
import { shuffled } from "@/tests/support/instances";
import { eventually } from "@/tests/support/realtime";
import { effectsOf } from "@/tests/support/sending";
import { BEHIND_PROXIES, type Form, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const SOON_MS = 3_000;
/** XP just below level 5, which pays three free days: one message reaches it. */
const BEFORE_LEVEL_5 = 760;

const app = anApp({ env: BEHIND_PROXIES });
beforeAll(() => {
  // As much of Whop's share as is asked for: how it is shared is another file's matter.
  app().deps.whopShare = { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) };
});

/** A community whose creator has confirmed that levels pay. */
async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.companyId);
  await app()
    .database.owner.updateTable("communities")
    .set({ rewards_confirmed_at: new Date(), rewards_confirmed_by: place.ownerId })
    .where("community_id", "=", place.companyId)
    .execute();
  return place;
}

async function send(event: unknown, form: Form = "standard"): Promise<void> {
  const response = await sendWebhook(app(), event, { form });
  expect([response.status, await response.json()]).toEqual([200, { success: true, received: true }]);
}

const give = (place: CommunityInWhop, userId: string, xp: number) =>
  awardActivities(app().deps, place.companyId, [anAdjustment(xp, { userId })]);

const daysOf = (userId: string) =>
  effectsOf(app().whop)
    .freeDays.filter((one) => one.user_id === userId)
    .map((one) => one.free_days);

async function rewardsOf({ companyId }: CommunityInWhop, userId?: string) {
  const rows = await app()
    .database.owner.selectFrom("rewards")
    .select(["user_id", "level", "state", "waits_for", "delivered_how"])
    .where("community_id", "=", companyId)
    .orderBy("user_id")
    .orderBy("level")
    .execute();
  return rows.filter((row) => userId === undefined || row.user_id === userId);
}

function newcomer(place: CommunityInWhop, { joins = true } = {}): string {
  const { id } = app().whop.world.addUser();
  if (joins) app().whop.world.join(place.companyId, id);
  return id;
}

/** Somebody without a membership whose reward has been tried and now waits for one. */
async function aWaiting(place: CommunityInWhop): Promise<string> {
  const userId = newcomer(place, { joins: false });
  await give(place, userId, 800);
  await sendAll(place);
  expect(await rewardsOf(place, userId)).toMatchObject([{ state: "waiting", waits_for: "membership" }]);
  return userId;
}

/** Sends what is to be sent, as the jobs would: what another run has comes in a later round. */
async function sendAll(place: CommunityInWhop): Promise<void> {
  for (let rounds = 0; rounds < 200; rounds += 1) {
    await deliver(app().deps, { communityId: place.companyId });
    if ((await rewardsOf(place)).every(({ state }) => state !== "confirmed" && state !== "sending")) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("Something is still to be sent.");
}

/** Does its work while a function of the database is not there. */
async function without(name: string, work: () => Promise<void>): Promise<void> {
  await sql`alter function ${sql.ref(name)} rename to ${sql.ref(`${name}_away`)}`.execute(app().database.owner);
  try {
    await work();
  } finally {
    await sql`alter function ${sql.ref(`${name}_away`)} rename to ${sql.ref(name)}`.execute(app().database.owner);
  }
}

describe("what a level pays is sent right after the answer", () => {
  test("to a webhook", async () => {
    const place = await aPlace();
    await give(place, place.memberId, BEFORE_LEVEL_5);
    await send(aMessageEvent(place));
    await eventually("the free days", () => daysOf(place.memberId).length > 0, SOON_MS);
    expect(daysOf(place.memberId)).toEqual([3]);
  });

  test("to an award by hand", async () => {
    const place = await aPlace();
    await give(place, place.memberId, BEFORE_LEVEL_5);
    const json = { userId: place.memberId, experienceId: place.chatExperienceId, activityType: "message" };
    const answer = await app().call("/api/xp", { as: place.ownerId, json });
    expect(await answer.json()).toMatchObject({ success: true, leveledUp: true, newLevel: 5 });
    await eventually("the free days", () => daysOf(place.memberId).length > 0, SOON_MS);
    expect(daysOf(place.memberId)).toEqual([3]);
  });

  test("to the creator's word that levels pay, for levels that were reached before", async () => {
    const place = aCommunityIn(app().whop);
    await app().deps.communities.resolve(place.companyId);
    await give(place, place.memberId, 800);
    const rules = await app()
      .database.owner.selectFrom("reward_rules")
      .select("rule_id")
      .where("community_id", "=", place.companyId)
      .execute();
    const json = {
      ...{ experienceId: place.experienceId, timeZone: "UTC", seen: null },
      rules: Object.fromEntries(rules.map(({ rule_id }) => [rule_id, true])),
    };
    expect((await app().call("/api/onboarding", { as: place.ownerId, json })).status).toBe(200);
    await eventually("the free days", () => daysOf(place.memberId).length > 0, SOON_MS);
  });

  test("to fifteen members who reach it at once, once to each", async () => {
    const place = await aPlace();
    const members = Array.from({ length: 15 }, () => newcomer(place));
    for (const userId of members) await give(place, userId, BEFORE_LEVEL_5);
    await Promise.all(members.map((userId) => send(aMessageEvent(place, { userId }))));
    await sendAll(place);
    expect(members.map(daysOf)).toEqual(members.map(() => [3]));
  }, 30_000);

  test("and to a message that reaches nothing nobody looks for anything to send", async () => {
    const place = await aPlace();
    await give(place, place.memberId, 800);
    await send(aMessageEvent(place, { userId: newcomer(place) }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await rewardsOf(place)).toMatchObject([{ state: "confirmed" }]);
    expect(daysOf(place.memberId)).toEqual([]);
  });

  test("and what fails there fails no award", async () => {
    const place = await aPlace();
    await give(place, place.memberId, BEFORE_LEVEL_5);
    await without("claim_rewards", async () => {
      await send(aMessageEvent(place));
      await eventually("the failure", () => app().log.some((line) => line.includes("work after the answer failed")));
    });
    expect(await storedMember(app().database, place.companyId, place.memberId)).toMatchObject({ xp: 780, level: 5 });
    await sendAll(place);
    expect(daysOf(place.memberId)).toEqual([3]);
  });
});

describe("a membership that begins", () => {
  const activated = ({ companyId }: CommunityInWhop, userId: string | null, type = "membership.activated") => ({
    id: `msg_${userId}_${type}`,
    ...{ type, api_version: "v1", timestamp: new Date().toISOString(), company_id: companyId },
    data: { id: "mem_1", status: "active", user: userId && { id: userId }, company: { id: companyId, title: "C" } },
  });

  test("at Whop itself sends what waited for it within 3 s", async () => {
    const place = await aPlace();
    const userId = await aWaiting(place);
    const { webhooks, world } = app().whop;
    webhooks.setUrl(`${app().url}/api/webhook`);
    world.join(place.companyId, userId);
    await eventually("the free days", () => daysOf(userId).length > 0, SOON_MS);
    await webhooks.settled();
    webhooks.setUrl(undefined);
    expect(daysOf(userId)).toEqual([3]);
  });

  test.each<[string, Form, (place: CommunityInWhop, userId: string) => unknown]>([
    ["Whop's form", "standard", activated],
    [
      "Whop's older form",
      "legacy",
      ({ companyId }, userId) => ({
        ...{ action: "membership.went_valid", api_version: "v5" },
        data: { id: "mem_1", user_id: userId, page_id: companyId, valid: true },
      }),
    ],
    ["the owner's form", "owner", (place, userId) => anOwnerEvent(place, { userId }, "membership.created")],
  ])("in %s sends what waited for it, and told again sends nothing more", async (_, form, event) => {
    const place = await aPlace();
    const userId = await aWaiting(place);
    app().whop.world.addMembership({ companyId: place.companyId, userId });
    await send(event(place, userId), form);
    await eventually("the free days", () => daysOf(userId).length > 0, SOON_MS);
    await Promise.all([send(event(place, userId), form), send(event(place, userId), form)]);
    await sendAll(place);
    expect(daysOf(userId)).toEqual([3]);
  });

  test("in the owner's form is an activity as before", async () => {
    const place = await aPlace();
    await send(anOwnerEvent(place, {}, "membership.created"));
    const rows = await app()
      .database.owner.selectFrom("activities")
      .select(["action", "outcome"])
      .where("user_id", "=", place.memberId)
      .execute();
    expect(rows).toEqual([{ action: "member_joined", outcome: "disabled" }]);
  });

  test("is acknowledged only once what waited is to be looked at again", async () => {
    const place = await aPlace();
    const userId = await aWaiting(place);
    await without("resume_waiting", async () => {
      expect((await sendWebhook(app(), activated(place, userId))).status).toBeGreaterThanOrEqual(500);
    });
    app().whop.world.addMembership({ companyId: place.companyId, userId });
    await send(activated(place, userId));
    await eventually("the free days", () => daysOf(userId).length > 0, SOON_MS);
  });

  test("of nobody, of somebody unknown, or that ends is acknowledged, and changes no reward", async () => {
    const place = await aPlace();
    const userId = await aWaiting(place);
    await send(activated(place, null));
    await send(activated(place, place.strangerId));
    await send(activated(place, userId, "membership.deactivated"));
    await sendAll(place);
    expect(await rewardsOf(place, userId)).toMatchObject([{ state: "waiting", waits_for: "membership" }]);
  });

  test("and ends and begins among awards, in any order, leaves every reward as in any other", async () => {
    for (let seed = 1; seed <= 12; seed += 1) {
      const place = await aPlace();
      const [stays, leaves] = [newcomer(place), newcomer(place, { joins: false })];
      const award = (userId: string, xp: number) => () => give(place, userId, xp);
      const tell = (userId: string, type?: string) => () => send(activated(place, userId, type));
      const steps = [stays, leaves].flatMap((userId) => [
        tell(userId),
        tell(userId, "membership.deactivated"),
        tell(userId),
        ...[400, 400, 1_500, 10].map((xp) => award(userId, xp)),
        () => deliver(app().deps, { communityId: place.companyId }),
      ]);
      for (const step of shuffled(steps, seed)) await step();
      await sendAll(place);
      expect([seed, await rewardsOf(place, stays), await rewardsOf(place, leaves)]).toEqual([
        seed,
        [{ user_id: stays, level: 5, state: "delivered", waits_for: null, delivered_how: "sent" }],
        [{ user_id: leaves, level: 5, state: "waiting", waits_for: "membership", delivered_how: null }],
      ]);
      expect([daysOf(stays), daysOf(leaves)]).toEqual([[3], []]);
    }
  }, 60_000);
});
