import { openInsight } from "@/dev/insight";
import { awardActivities } from "@/services/xp/award-activity";
import { aCommunity, aMessage } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";

describe("what the page around the frame reads of the app", () => {
  const database = useDatabase();
  let opened: ReturnType<typeof openInsight>;

  beforeAll(() => {
    opened = openInsight(database.ownerUrl);
  });
  afterAll(() => opened.close());

  test("what came of a webhook is read as the receipt says it, with the seconds that a cooldown still held", async () => {
    const communityId = await aCommunity(database);
    const paid = aMessage();
    const early = aMessage({ occurredAt: new Date(paid.occurredAt.getTime() + 19_000) });
    await awardActivities(database, communityId, [paid, early]);

    const ids = [paid.activityId, early.activityId, "message:nobody"];
    expect([...(await opened.insight.outcomes(communityId, ids))].sort()).toEqual(
      [
        [paid.activityId, { outcome: "awarded", xp: 20, cooldownLeftSeconds: null }],
        [early.activityId, { outcome: "cooldown", xp: 0, cooldownLeftSeconds: 41 }],
      ].sort(),
    );
    expect((await opened.insight.outcomes("biz_other", ids)).size).toBe(0);
  });

  test("a member's level comes with what is missing to the next; who has done nothing has none", async () => {
    const communityId = await aCommunity(database);
    await awardActivities(database, communityId, [aMessage({ userId: "user_ada" })]);
    const standings = await opened.insight.standings(communityId, ["user_ada", "user_new"]);
    expect([...standings]).toEqual([["user_ada", { level: 1, xp: 20, xpToNextLevel: 80 }]]);
  });
});
