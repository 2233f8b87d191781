import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { readCard } from "@/services/leaderboard/read-card";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { readProfile } from "@/services/leaderboard/read-profile";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";

const DAY_MS = 86_400_000;
const app = anApp();

/** The middle of a day, so many days before today, in UTC. */
const noonOf = (daysAgo: number) => new Date((Math.floor(Date.now() / DAY_MS) - daysAgo) * DAY_MS + DAY_MS / 2);

async function aMember(daysAgo: readonly number[], communityId?: string) {
  const place = communityId ?? (await aCommunity(app().database));
  const userId = aUserId();
  const messages = daysAgo.map((days) => aMessage({ userId, occurredAt: noonOf(days) }));
  await awardActivities(app().deps, place, messages);
  return { communityId: place, userId };
}

/** As if it were noon, so many days after today. */
const later = (days: number) => ({ ...app().deps, now: () => noonOf(-days) });

test("the card says the days in a row as they are today, and from what is stored alone when they have ended", async () => {
  const { communityId, userId } = await aMember([5, 4, 2, 1]);
  const streakAfter = async (days: number) => (await readCard(later(days), communityId, userId)).streak;
  expect(await streakAfter(-1)).toMatchObject({ days: 2, longest: 2, isActiveToday: true });
  expect(await streakAfter(0)).toEqual({ days: 2, longest: 2, freezes: 0, isActiveToday: false, isRestDay: false });
  expect(await streakAfter(1)).toMatchObject({ days: 0, longest: 2 });
  expect((await readCard(later(0), communityId, aUserId())).streak).toMatchObject({ days: 0, longest: 0 });
});

test("freezes keep it over missed days, and what is left of them is said", async () => {
  const { communityId, userId } = await aMember([8, 7, 6, 5, 4, 3, 2]);
  expect((await readCard(later(0), communityId, userId)).streak).toMatchObject({ days: 7, freezes: 0 });
  expect((await readCard(later(-1), communityId, userId)).streak).toMatchObject({ days: 7, freezes: 1 });
  expect((await readCard(later(1), communityId, userId)).streak).toMatchObject({ days: 0 });
});

test("others see it on the board and in the profile, of who is anonymous on the board alone", async () => {
  const { communityId, userId } = await aMember([3, 2, 1]);
  const viewer = (await aMember([4], communityId)).userId;
  const request = { filter: "all-time", limit: 10, me: true } as const;
  const board = await readLeaderboard(later(0), communityId, request, viewer);
  expect(board.leaderboard.map(({ user_id, streak_days }) => [user_id, streak_days])).toEqual([
    [userId, 3],
    [viewer, 0],
  ]);
  expect(board.me).toMatchObject({ streak_days: 0 });
  expect((await readProfile(later(0), communityId, viewer, userId)).streak).toEqual({ days: 3, longest: 3 });
  await setVisibility(app().deps, communityId, userId, "anonymous");
  const veiled = await readLeaderboard(later(0), communityId, request, viewer);
  expect(veiled.leaderboard[0]).toMatchObject({ name: null, streak_days: 3 });
});

test("where streaks are off there is none, from the moment on that the rules of today are others", async () => {
  const { communityId, userId } = await aMember([2, 1]);
  const { settings } = await findSettings(app().deps, communityId);
  const off = { ...settings, streaks: { ...settings.streaks, enabled: false } };
  await changeSettings(app().deps, communityId, { settings: off, validFrom: noonOf(2), by: "user_owner" });
  expect((await readCard(later(0), communityId, userId)).streak).toBeNull();
  expect((await readProfile(later(0), communityId, userId, userId)).streak).toBeNull();
  const board = await readLeaderboard(later(0), communityId, { filter: "all-time", limit: 10 }, userId);
  expect(board.leaderboard[0]).toMatchObject({ streak_days: 0 });
});
