import { readOnboarding } from "@/services/communities/read-onboarding";
import { readLadder } from "@/services/rewards/read-ladder";
import { anApp } from "@/tests/support/app";
import { databaseContents } from "@/tests/support/database-contents";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

async function aPlace(): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  await app().deps.communities.resolve(place.companyId);
  return place;
}

type Choice = { experienceId?: string; timeZone?: unknown; rules?: unknown; seen?: unknown };

async function choiceOf(place: CommunityInWhop, off: number[] = []) {
  const { rules, rewardsConfirmedAt } = await readOnboarding(app().deps, place.companyId);
  return {
    experienceId: place.companyId,
    timeZone: "Asia/Tokyo",
    rules: Object.fromEntries(rules.map(({ ruleId, level }) => [ruleId, !off.includes(level ?? 0)])),
    seen: rewardsConfirmedAt,
  };
}

async function confirm(json: Choice, as?: string) {
  const response = await app().call("/api/onboarding", { as, json });
  return { status: response.status, body: await response.json() };
}

const stateOf = (place: CommunityInWhop) => readOnboarding(app().deps, place.companyId);

test("an admin confirms, and the answer says when", async () => {
  const place = await aPlace();
  const { status, body } = await confirm(await choiceOf(place, [100]), place.ownerId);
  const state = await stateOf(place);
  expect([status, body]).toEqual([200, { rewardsConfirmedAt: state.rewardsConfirmedAt }]);
  expect(state).toMatchObject({ timeZone: "Asia/Tokyo", onboardedAt: expect.any(String) });
  expect(state.rules.filter(({ active }) => !active).map(({ level }) => level)).toEqual([100]);
});

test("a member's ladder says that rewards are confirmed from then on, and offers only those that are on", async () => {
  const place = await aPlace();
  const ladder = () => readLadder(app().deps, place.companyId, place.memberId);
  expect(await ladder()).toMatchObject({ isConfirmed: false });
  await confirm(await choiceOf(place, [100]), place.ownerId);
  const { isConfirmed, rungs } = await ladder();
  expect([isConfirmed, rungs.map(({ level }) => level)]).toEqual([true, [5, 10, 25, 50]]);
});

test("the same request again, as after a lost answer, is answered the same and changes nothing", async () => {
  const place = await aPlace();
  const choice = await choiceOf(place);
  const first = await confirm(choice, place.ownerId);
  const before = await databaseContents(app().database);
  expect(await confirm(choice, place.ownerId)).toEqual(first);
  expect(await databaseContents(app().database)).toEqual(before);
});

test("a choice made of an older state is refused with 409", async () => {
  const place = await aPlace();
  const old = await choiceOf(place, [5]);
  await confirm(await choiceOf(place), place.ownerId);
  expect(await confirm(old, place.ownerId)).toMatchObject({ status: 409, body: { error: { code: "conflict" } } });
});

test("nobody but an admin confirms: moderators and members are refused, and nothing is stored", async () => {
  const place = await aPlace();
  const choice = await choiceOf(place);
  const before = await databaseContents(app().database);
  expect(await confirm(choice, place.moderatorId)).toMatchObject({ status: 403 });
  expect(await confirm(choice, place.memberId)).toMatchObject({ status: 403 });
  expect(await confirm(choice, place.strangerId)).toMatchObject({ status: 404 });
  expect(await confirm(choice)).toMatchObject({ status: 401 });
  expect(await databaseContents(app().database)).toEqual(before);
});

test.each<[string, (choice: Choice) => Choice]>([
  ["a place that is no time zone", (choice) => ({ ...choice, timeZone: "Mars/Olympus" })],
  ["an offset instead of a time zone", (choice) => ({ ...choice, timeZone: "+01:00" })],
  ["no time zone", ({ timeZone: _, ...choice }) => choice],
  ["a rule that is neither on nor off", (choice) => ({ ...choice, rules: { [crypto.randomUUID()]: "yes" } })],
  ["a rule without an id of one", (choice) => ({ ...choice, rules: { "level 5": true } })],
  ["a moment that is none", (choice) => ({ ...choice, seen: "yesterday" })],
  ["something nobody asked for", (choice) => Object.assign(choice, { tier: "enterprise" })],
])("%s is refused with 400", async (_name, spoil) => {
  const place = await aPlace();
  expect(await confirm(spoil(await choiceOf(place)), place.ownerId)).toMatchObject({
    status: 400,
    body: { error: { code: "bad_request" } },
  });
  expect(await stateOf(place)).toMatchObject({ timeZone: "UTC", rewardsConfirmedAt: null });
});
