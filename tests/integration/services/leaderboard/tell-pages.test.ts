import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { tellMembers } from "@/services/leaderboard/tell-members";
import { JOBS } from "@/services/worker";
import { readEarning } from "@/services/xp/read-earning";
import { removeActivity } from "@/services/xp/remove-activity";
import { anApp } from "@/tests/support/app";
import { aMessageEvent } from "@/tests/support/events";
import { nth, withInstances } from "@/tests/support/instances";
import { type LivePage, openLivePage } from "@/tests/support/live";
import { eventually } from "@/tests/support/realtime";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp({ env: BEHIND_PROXIES, realtime: true });
const SECOND_MS = 1_000;
const DAY_SECONDS = 86_400;

let place: CommunityInWhop;
let page: LivePage;

beforeEach(async () => {
  place = aCommunityIn(app().whop);
  page = await openLivePage(app(), place, place.moderatorId);
});
afterEach(async () => {
  await idle();
  await app().realtime.closePages();
});

async function idle(): Promise<void> {
  await app().deps.realtime?.broadcaster.idle();
}

/** So many seconds before the last ten minutes. */
const momentOf = (secondsAgo: number) => new Date(Date.now() - 600_000 - secondsAgo * SECOND_MS);

/** So many seconds ago, so that messages of one member pay or do not. */
async function writes(userId: string, secondsAgo = 0, id?: string): Promise<void> {
  const createdAt = momentOf(secondsAgo);
  const response = await sendWebhook(app(), aMessageEvent(place, { userId, createdAt, id }));
  expect(response.status).toBe(200);
}

function aMember(name = "Nia New"): string {
  const { id } = app().whop.world.addUser({ name });
  app().whop.world.join(place.companyId, id);
  return id;
}

const opaqueId = (userId: string) => app().deps.keyedHash.opaqueId(place.companyId, userId);
const makeVisible = (userId: string, visibility: Visibility) =>
  setVisibility(app().deps, place.companyId, userId, visibility);

test("many awards are told in few messages, and the last state of everybody is what the board says", async () => {
  const members = Array.from({ length: 6 }, () => aMember());
  const before = page.board.heard.length;
  const started = performance.now();
  for (let round = 5; round > 0; round -= 1) {
    await Promise.all(members.map((userId) => writes(userId, round * 61)));
  }
  await eventually("the last awards", () => [...page.states().values()].filter(({ left }) => !left).length === 6);
  await idle();
  const elapsedMs = performance.now() - started;
  const { leaderboard } = await readLeaderboard(app().deps, place.companyId, { filter: "all-time", limit: 100 });
  await eventually("equality with the board", () =>
    leaderboard.every(({ user_id, xp }) => page.states().get(user_id) && stateOf(user_id)?.xp === xp),
  );
  expect(leaderboard.map(({ xp }) => xp)).toEqual(Array(6).fill(100));
  expect(page.board.heard.length - before).toBeLessThanOrEqual(2 + elapsedMs / 500);
});

function stateOf(memberId: string) {
  const state = page.states().get(memberId);
  return state === undefined || state.left ? undefined : state;
}

test("an anonymous member is told of under an opaque id, without name or picture; the own page as everybody's", async () => {
  const userId = aMember("Ano Nymous");
  await makeVisible(userId, "anonymous");
  const own = await openLivePage(app(), place, userId);
  await writes(userId);
  await eventually("both", () => stateOf(opaqueId(userId)) !== undefined && own.news().length > 0);
  expect(stateOf(opaqueId(userId))).toMatchObject({ xp: 20, name: null, username: null, pictureUrl: null });
  expect(JSON.stringify(page.board.heard)).not.toContain(userId);
  expect(own.news().at(-1)).toMatchObject({ progress: { xp: 20 }, rank: 1, activity: { outcome: "awarded" } });
});

test("a day that is added to a streak is told with its award, to the member's own page and to the others' boards", async () => {
  const userId = aMember();
  const own = await openLivePage(app(), place, userId);
  await writes(userId, DAY_SECONDS);
  await eventually("the first day", () => own.news().length > 0);
  await writes(userId);
  await eventually("both days", () => own.news().length > 1 && stateOf(userId)?.streakDays === 2);
  expect(own.news().at(-1)).toMatchObject({ streak: { days: 2, longest: 2 } });
});

test("of a hidden member nobody hears, but the member", async () => {
  const [hidden, shown] = [aMember(), aMember()];
  await makeVisible(hidden, "hidden");
  const own = await openLivePage(app(), place, hidden);
  await writes(hidden);
  await eventually("the own news", () => own.news().length > 0);
  await writes(shown);
  await eventually("the other", () => stateOf(shown) !== undefined);
  expect(page.changes().map(({ memberId }) => memberId)).toEqual([shown]);
  expect(own.news().at(-1)).toMatchObject({ progress: { xp: 20 }, rank: null });
});

test("who hides leaves the board of every page, and nothing else is said of them", async () => {
  const userId = aMember();
  await writes(userId);
  await eventually("the member", () => stateOf(userId) !== undefined);
  await makeVisible(userId, "hidden");
  await eventually("the departure", () => page.states().get(userId)?.left === true);
  const { version } = page.states().get(userId) ?? {};
  await writes(userId, -61);
  await idle();
  expect(page.states().get(userId)).toEqual({ memberId: userId, version, left: true });
  expect(page.states().has(opaqueId(userId))).toBe(false);
});

test("who becomes anonymous leaves by name and is there under the opaque id; and back", async () => {
  const userId = aMember();
  await writes(userId);
  await eventually("the member", () => stateOf(userId) !== undefined);
  await makeVisible(userId, "anonymous");
  await eventually("the change", () => stateOf(userId) === undefined && stateOf(opaqueId(userId))?.xp === 20);
  await makeVisible(userId, "public");
  await eventually("the way back", () => stateOf(opaqueId(userId)) === undefined && stateOf(userId)?.xp === 20);
});

test("who chooses before having earned anything is not mentioned: no page learns whose an opaque id is", async () => {
  const [quiet, loud] = [aMember(), aMember()];
  await makeVisible(quiet, "anonymous");
  await writes(loud);
  await eventually("the other", () => stateOf(loud) !== undefined);
  expect(JSON.stringify(page.board.heard)).not.toContain(quiet);
});

test("an activity that pays nothing is told to its member with the reason, and to nobody else", async () => {
  const userId = aMember();
  const own = await openLivePage(app(), place, userId);
  await writes(userId, 10);
  await eventually("the award", () => own.news().length === 1 && stateOf(userId) !== undefined);
  const told = page.changes().length;
  await writes(userId, 5);
  await eventually("the news", () => own.news().length === 2);
  await idle();
  expect(own.news()[1]).toMatchObject({ progress: { xp: 20 }, activity: { outcome: "cooldown", xp: 0 } });
  expect(page.changes()).toHaveLength(told);
});

test("a delivery that comes again tells the state again: the first one's process may have ended before it could", async () => {
  const userId = aMember();
  await writes(userId, 0, "post_twice");
  await eventually("the award", () => stateOf(userId) !== undefined);
  const { version = 0 } = stateOf(userId) ?? {};
  const own = await openLivePage(app(), place, userId);
  await writes(userId, 0, "post_twice");
  await eventually("the state", () => (stateOf(userId)?.version ?? 0) > version && own.news().length === 1);
  expect(stateOf(userId)).toMatchObject({ xp: 20 });
  expect(own.news()[0]).toMatchObject({ progress: { xp: 20 }, activity: null });
});

test("while nobody watches a community nothing is sent, and a member without a page gets no own news", async () => {
  const unwatched = aCommunityIn(app().whop);
  const before = app().realtime.server.messages();
  await sendWebhook(app(), aMessageEvent(unwatched));
  await writes(aMember());
  await eventually("the watched one", () => page.changes().length === 1);
  await idle();
  // One sent and one heard, of the watched community.
  expect(app().realtime.server.messages() - before).toBe(2);
});

test("while Realtime is away a webhook is answered as always, and the state is told when it is back", async () => {
  const userId = aMember();
  await app().realtime.server.down();
  const started = performance.now();
  await writes(userId, 61);
  expect(performance.now() - started).toBeLessThan(5 * SECOND_MS);
  await app().realtime.server.up();
  const again = await openLivePage(app(), place, place.ownerId);
  await writes(userId);
  await eventually("the state", () => {
    const state = again.states().get(userId);
    return state !== undefined && !state.left && state.xp === 40;
  });
});

test("an activity that is taken out is told, and who has nothing left leaves the board", async () => {
  const userId = aMember();
  await writes(userId, 0, "post_removed");
  await eventually("the award", () => stateOf(userId) !== undefined);
  await removeActivity(app().deps, place.companyId, "message:post_removed");
  await tellMembers(app().deps, place.companyId, [userId]);
  await eventually("the departure", () => page.states().get(userId)?.left === true);
});

test("a replay by new settings tells whom it changed; of very many only that there is something to ask for", async () => {
  const replay = JOBS.find(({ name }) => name === "replay_community");
  const userId = aMember();
  await writes(userId);
  await eventually("the award", () => stateOf(userId) !== undefined);
  const { version = 0 } = stateOf(userId) ?? {};
  const own = await openLivePage(app(), place, userId);
  await replay?.handle(app().deps, { communityId: place.companyId, since: new Date(0).toISOString() });
  await eventually("the state", () => (stateOf(userId)?.version ?? 0) > version && own.news().length === 1);
  expect(own.news()[0]).toMatchObject({ activity: null });

  const many = Array.from({ length: 501 }, (_, n) => `user_many${n}`);
  await tellMembers(app().deps, place.companyId, many);
  await eventually("the word to all", () => page.board.heard.at(-1)?.event === "resync");
});

test("own news are ranked on the board as it is after the award", async () => {
  const [first, second] = [aMember(), aMember()];
  const own = await openLivePage(app(), place, second);
  await writes(first, 61);
  // On a Monday just after midnight messages of some minutes ago are last week's.
  const today = new Date().setUTCHours(0, 0, 0, 0);
  const monday = today - ((new Date().getUTCDay() + 6) % 7) * DAY_SECONDS * SECOND_MS;
  const weekXp = 20 * [200, 100].filter((seconds) => momentOf(seconds).getTime() >= monday).length;
  for (const seconds of [200, 100]) await writes(second, seconds);
  await eventually("the news", () => own.news().length === 2);
  expect(own.news()[1]).toMatchObject({ progress: { xp: 40 }, rank: 1, weekXp });
});

test("rules that are saved are told to open pages, which see them whichever instance answers; what changes nothing is not", async () => {
  const { deps } = app();
  await writes(aMember());
  const { settings } = await findSettings(deps, place.companyId);
  await changeSettings(deps, place.companyId, { settings: { ...settings, tier: "premium" }, by: "wee5:billing" });
  const [startsAt, endsAt] = [-60, 3_600].map((seconds) => new Date(Date.now() + seconds * SECOND_MS).toISOString());
  const boosts = [{ id: "b1", name: "Double weekend", percent: 200, startsAt, endsAt }];
  const rules = { version: 2, paused: false, multipliers: { channels: {}, roles: {}, boosts } };
  const resyncs = () => page.board.heard.filter(({ event }) => event === "resync").length;

  await withInstances(app().database, 1, async (others) => {
    const other = { ...deps, ...nth(others, 0) };
    expect((await readEarning(other, place.companyId)).boosts).toEqual([]);
    const save = () =>
      app().call("/api/settings", {
        method: "PUT",
        as: place.ownerId,
        json: { experienceId: place.companyId, ...rules },
      });
    expect((await save()).status).toBe(200);
    await eventually("the word", () => resyncs() === 1);
    expect((await readEarning(other, place.companyId)).boosts).toMatchObject([{ name: "Double weekend" }]);
  });
  const answer = await app().call(`/api/me?experienceId=${place.experienceId}`, { as: place.moderatorId });
  expect(await answer.json()).toMatchObject({ boosts: [{ name: "Double weekend" }], rates: { paused: false } });

  const same = { experienceId: place.companyId, ...rules, version: 3 };
  expect((await app().call("/api/settings", { method: "PUT", as: place.ownerId, json: same })).status).toBe(200);
  await idle();
  expect(resyncs()).toBe(1);
});
