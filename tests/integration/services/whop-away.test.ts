import { sql } from "kysely";
import { createAccess } from "@/lib/auth/access";
import { createCommunities } from "@/lib/auth/communities";
import { type Deps, setDeps } from "@/lib/deps";
import { createWhopClient } from "@/lib/whop/client";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { deliver } from "@/services/notifications/deliver";
import { readLadder } from "@/services/rewards/read-ladder";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { anAdjustment } from "@/tests/support/community";
import { aMessageEvent } from "@/tests/support/events";
import { saidBy } from "@/tests/support/notifying";
import { effectsOf, passTime } from "@/tests/support/sending";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { steadyPort } from "@/tests/support/steady-port";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const MEMBERS = 10;
const MESSAGES_EACH = 10;
/** XP below level 5, which pays three free days: the last message reaches it. */
const BEFORE_LEVEL_5 = 770 - MESSAGES_EACH * 20;
const MINUTE_MS = 60_000;

const app = anApp({ env: BEHIND_PROXIES });
afterEach(() => setDeps(app().deps));

/** The app's own, with a Whop behind them at whose address nobody listens; roles that were known an hour ago, and no newer ones. */
async function depsWithoutWhop({ companyId }: CommunityInWhop, known: string[]): Promise<Deps> {
  const { deps } = app();
  const baseUrl = `http://127.0.0.1:${await steadyPort()}/api/v1`;
  const whop = createWhopClient({ apiKey: deps.env.whopApiKey, appId: deps.env.whopAppId, baseUrl, log: deps.log });
  const now = { whop: deps.whop, seconds: 0 };
  const asked: Pick<Deps["whop"], "checkAccess" | "listAuthorizedUsers"> = {
    checkAccess: (...about) => now.whop.checkAccess(...about),
    listAuthorizedUsers: (...about) => now.whop.listAuthorizedUsers(...about),
  };
  const access = createAccess({ whop: asked, clock: () => now.seconds * 1000 });
  for (const userId of known) await access.roleIn(companyId, userId);
  Object.assign(now, { whop, seconds: 3_600 });
  return { ...deps, whop, access, communities: createCommunities({ ...deps, whop }) };
}

/** A community whose creator has confirmed that levels pay, with members just below the first that does. */
async function aPlace(): Promise<{ place: CommunityInWhop; members: string[] }> {
  const { deps, database, whop } = app();
  // How Whop's share is shared is another file's matter.
  deps.whopShare = { take: async () => ({ allowed: true, retryAfterSeconds: 0 }) };
  const place = aCommunityIn(whop);
  for (const id of [place.companyId, place.experienceId, place.chatExperienceId]) await deps.communities.resolve(id);
  await database.owner
    .updateTable("communities")
    .set({ rewards_confirmed_at: new Date(), rewards_confirmed_by: place.ownerId })
    .where("community_id", "=", place.companyId)
    .execute();
  const members = Array.from({ length: MEMBERS }, () => whop.world.addUser().id);
  for (const userId of members) {
    whop.world.join(place.companyId, userId);
    const occurredAt = new Date(Date.now() - 30 * MINUTE_MS);
    await awardActivities(deps, place.companyId, [anAdjustment(BEFORE_LEVEL_5, { userId, occurredAt })]);
  }
  await deliver(deps, { communityId: place.companyId });
  return { place, members };
}

/** So many seconds pass for all that waits. */
async function pass(seconds: number): Promise<void> {
  await passTime(app().database, seconds);
  await sql`update notifications set next_attempt_at = next_attempt_at - make_interval(secs => ${seconds}),
    leased_until = leased_until - make_interval(secs => ${seconds}), keyed_at = keyed_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds})`.execute(app().database.owner);
}

/** How many rewards and pushes of the community are still to be sent. */
async function countWaiting({ companyId }: CommunityInWhop): Promise<{ rewards: number; pushes: number }> {
  const { rows } = await sql<{ rewards: number; pushes: number }>`
    select (select count(*)::integer from rewards where community_id = ${companyId} and state in ('confirmed', 'sending')) as rewards,
      (select count(*)::integer from notifications
        where community_id = ${companyId} and channel = 'push' and state in ('due', 'sending')) as pushes`.execute(
    app().database.owner,
  );
  return rows[0] ?? { rewards: 0, pushes: 0 };
}

/** How often Whop has accepted each push of the community. */
async function pushesAccepted({
  companyId,
}: CommunityInWhop): Promise<{ about: string; state: string; times: number }[]> {
  const keys = app()
    .whop.effects.all()
    .notifications.map(({ idempotencyKey }) => idempotencyKey);
  const { rows } = await sql<{ id: string; about: string; state: string }>`
    select notification_id as id, about, state from notifications
    where community_id = ${companyId} and channel = 'push'`.execute(app().database.owner);
  return rows.map(({ id, about, state }) => ({ about, state, times: keys.filter((key) => key?.includes(id)).length }));
}

test("while Whop is away for an hour webhooks award, reads go on, and what is to be sent waits and is sent afterwards, once", async () => {
  const { place, members } = await aPlace();
  const away = await depsWithoutWhop(place, [place.memberId, place.ownerId]);
  setDeps(away);

  // A hundred messages, those of a member two minutes apart, all at once.
  const events = members.flatMap((userId) =>
    Array.from({ length: MESSAGES_EACH }, (_, n) =>
      aMessageEvent(place, { userId, createdAt: new Date(Date.now() - (n + 1) * 2 * MINUTE_MS) }),
    ),
  );
  const answers = await Promise.all(events.map((event) => sendWebhook(app(), event)));
  expect(answers.map(({ status }) => status)).toEqual(Array(100).fill(200));
  const asked = aMessageEvent(place, { userId: place.memberId, content: "/mylevel", createdAt: new Date() });
  expect((await sendWebhook(app(), asked)).status).toBe(200);

  const path = `experienceId=${place.experienceId}`;
  for (const page of [`/api/leaderboard?me=true&${path}`, `/api/me?${path}`, `/api/history?${path}`])
    expect([page, (await app().call(page, { as: place.memberId })).status]).toEqual([page, 200]);
  const byHand = { userId: place.memberId, experienceId: place.chatExperienceId, activityType: "message" };
  expect((await app().call("/api/xp", { as: place.ownerId, json: byHand })).status).toBe(503);
  for (const userId of members) {
    const card = await readCard(away, place.companyId, userId);
    expect(card.progress).toMatchObject({ xp: 770, level: 5 });
  }
  const board = await readLeaderboard(away, place.companyId, { filter: "all-time", limit: 50 });
  expect(board.leaderboard.map(({ xp, rank }) => [xp, rank])).toEqual(Array(MEMBERS).fill([770, 1]));
  const [own] = (await readLadder(away, place.companyId, members[0] ?? "")).rungs;
  expect(own?.state).toMatch(/^(confirmed|sending)$/);

  for (let minutes = 0; minutes < 60; minutes += 10) {
    await pass(600);
    await deliver(away, { communityId: place.companyId });
  }
  expect(await countWaiting(place)).toEqual({ rewards: MEMBERS, pushes: MEMBERS });
  const daysOf = (userId: string) =>
    effectsOf(app().whop)
      .freeDays.filter((one) => one.user_id === userId)
      .map((one) => one.free_days);
  expect(members.flatMap(daysOf)).toEqual([]);

  setDeps(app().deps);
  for (let rounds = 0; rounds < 40; rounds += 1) {
    await pass(600);
    await deliver(app().deps, { communityId: place.companyId });
    const { rewards, pushes } = await countWaiting(place);
    if (rewards + pushes === 0) break;
  }
  expect(members.map(daysOf)).toEqual(members.map(() => [3]));
  const pushes = await pushesAccepted(place);
  expect(pushes.filter(({ state, times }) => state !== "sent" || times !== 1)).toEqual([]);
  // One for each: that of the level names the reward.
  const naming = saidBy(app().whop).pushes.filter(({ content }) => content.includes("3 free days"));
  expect(naming.flatMap(({ user_ids }) => user_ids).toSorted()).toEqual(members.toSorted());
  // The command was asked an hour ago: nobody waits for its reply any more.
  expect(app().whop.effects.all().messages).toEqual([]);
  const replies = await app()
    .database.owner.selectFrom("notifications")
    .select(["state", "cancelled_because"])
    .where("about", "=", "command")
    .execute();
  expect(replies).toEqual([{ state: "cancelled", cancelled_because: "expired" }]);
}, 120_000);
