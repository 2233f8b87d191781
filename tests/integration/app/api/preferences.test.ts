import { anApp } from "@/tests/support/app";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();
const FIRST = { notifications: true, streakWarning: false, timeZone: null };

async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.companyId);
  return place;
}

async function read(experienceId: string, as: string) {
  const response = await app().call(`/api/preferences?experienceId=${experienceId}`, { as });
  return [response.status, await response.json()];
}

async function say(experienceId: string, as: string, choice: object) {
  const response = await app().call("/api/preferences", { method: "PUT", as, json: { experienceId, ...choice } });
  return { status: response.status, body: await response.json() };
}

test("a member is told everything until they say otherwise, also before they have done anything", async () => {
  const { experienceId, memberId, moderatorId } = await aPlace();
  expect(await read(experienceId, memberId)).toEqual([200, FIRST]);
  const choice = { notifications: false, timeZone: "Asia/Kolkata" };
  expect(await say(experienceId, memberId, choice)).toEqual({ status: 200, body: { ...FIRST, ...choice } });
  expect(await read(experienceId, memberId)).toEqual([200, { ...FIRST, ...choice }]);
  expect(await read(experienceId, moderatorId)).toEqual([200, FIRST]);
});

test("the word in the evening is sent to who has asked for it, and stays as it was where nothing is said of it", async () => {
  const { experienceId, memberId } = await aPlace();
  const asked = { notifications: true, streakWarning: true, timeZone: null };
  expect(await say(experienceId, memberId, asked)).toEqual({ status: 200, body: asked });
  const changed = await say(experienceId, memberId, { notifications: false, timeZone: null });
  expect(changed.body).toEqual({ ...asked, notifications: false });
  await say(experienceId, memberId, { ...asked, streakWarning: false });
  expect(await read(experienceId, memberId)).toEqual([200, FIRST]);
});

test("a choice holds in the community that it was made in, by whichever of its ids", async () => {
  const [one, other] = [await aPlace(), await aPlace()];
  app().whop.world.join(other.companyId, one.memberId);
  await say(one.chatExperienceId, one.memberId, { notifications: false, timeZone: null });
  expect(await read(one.companyId, one.memberId)).toMatchObject([200, { notifications: false }]);
  expect(await read(other.companyId, one.memberId)).toMatchObject([200, { notifications: true }]);
});

test.each([
  ["a place that is no time zone", { notifications: true, timeZone: "Mars/Olympus" }],
  ["an offset, which Postgres reads the other way round", { notifications: true, timeZone: "+02:00" }],
  ["a word for yes", { notifications: "yes", timeZone: null }],
  ["half a choice", { notifications: true }],
  ["a number for yes", { notifications: true, streakWarning: 1, timeZone: null }],
  ["somebody else's", { notifications: true, timeZone: null, userId: "user_x" }],
])("%s is refused", async (_what, choice) => {
  const { experienceId, memberId } = await aPlace();
  expect((await say(experienceId, memberId, choice)).status).toBe(400);
});
