import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { awardActivities } from "@/services/xp/award-activity";
import { dayIn, periodStart } from "@/services/xp/calendar";
import { anApp } from "@/tests/support/app";
import { aCommunity, aMessage } from "@/tests/support/community";

const app = anApp();
const DAY_MS = 86_400_000;

/** The first moment of a day (YYYY-MM-DD) in a time zone, found by trying: the day before ends where it begins. */
function beginningOf(day: string, timeZone: string): number {
  let before = Date.parse(`${day}T00:00:00Z`) - 2 * DAY_MS;
  let from = before + 4 * DAY_MS;
  while (from - before > 1) {
    const middle = Math.floor((before + from) / 2);
    if (dayIn(timeZone, new Date(middle)) < day) before = middle;
    else from = middle;
  }
  return from;
}

describe.each(["Pacific/Kiritimati", "America/St_Johns", "Pacific/Pago_Pago"])("in the time zone %s", (timeZone) => {
  test.each(["week", "month"] as const)(
    "a %s begins and ends at the community's midnight, to the millisecond",
    async (filter) => {
      const { database, deps } = app();
      const communityId = await aCommunity(database, (settings) => ({ ...settings, timeZone }));
      const started = periodStart(filter, dayIn(timeZone, new Date()));
      const edge = beginningOf(
        periodStart(filter, dayIn(timeZone, new Date(beginningOf(started, timeZone) - DAY_MS))),
        timeZone,
      );
      await awardActivities(deps, communityId, [
        aMessage({ userId: "user_before", occurredAt: new Date(edge - 1) }),
        aMessage({ userId: "user_after", occurredAt: new Date(edge) }),
      ]);
      const seenAt = async (time: number) => {
        const then = { ...deps, now: () => new Date(time) };
        const { leaderboard } = await readLeaderboard(then, communityId, { filter, limit: 10 });
        return leaderboard.map(({ user_id, rank }) => [user_id, rank]);
      };
      expect(await seenAt(edge - 1)).toEqual([["user_before", 1]]);
      expect(await seenAt(edge)).toEqual([["user_after", 1]]);
    },
  );
});

test("who pages over midnight goes on with the week they began", async () => {
  const { database, deps } = app();
  const communityId = await aCommunity(database);
  const lastWeek = beginningOf(periodStart("week", dayIn("UTC", new Date())), "UTC") - 1;
  await awardActivities(deps, communityId, [
    aMessage({ userId: "user_a", occurredAt: new Date(lastWeek - 1_000) }),
    aMessage({ userId: "user_b", occurredAt: new Date(lastWeek) }),
  ]);
  const before = { ...deps, now: () => new Date(lastWeek) };
  const { next_cursor } = await readLeaderboard(before, communityId, { filter: "week", limit: 1 });
  const { leaderboard } = await readLeaderboard(deps, communityId, {
    filter: "week",
    limit: 1,
    cursor: next_cursor ?? "",
  });
  expect(leaderboard).toMatchObject([{ user_id: "user_b", rank: 1, xp: 20 }]);
});
