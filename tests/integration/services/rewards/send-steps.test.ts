import { sendRewards } from "@/services/rewards/send-rewards";
import { useDatabase } from "@/tests/support/database";
import { mortal } from "@/tests/support/mortal";
import { sendDeps } from "@/tests/support/send-deps";
import {
  aMemberOf,
  aPayingCommunity,
  aReward,
  BADGE,
  effectsOf,
  FREE_DAYS,
  PROMO_CODE,
  passTime,
  rewardRow,
} from "@/tests/support/sending";
import { aWhop } from "@/tests/support/whop";

/** Longer than a lease and any pause of the first failures. */
const LONG_SECONDS = 300;

describe("a worker killed after each of its steps", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });

  const KINDS = [
    ["free days", FREE_DAYS, "memberships.addFreeDays"],
    ["a promo code", PROMO_CODE, "promoCodes.create"],
    ["a badge", BADGE, null],
  ] as const;

  const WAYS = KINDS.flatMap(([name, reward, operation]) => [
    ...(operation ? (["drop_after", "drop_before"] as const) : []).map(
      (fault) => [`${name}, when its first call has ended by ${fault}`, reward, operation, fault] as const,
    ),
    [`${name}, from the beginning`, reward, operation, null] as const,
  ]);

  test.each(WAYS)(
    "%s: all or nothing each time, and the next one completes it, once",
    async (_, reward, operation, fault) => {
      for (let moment = 1; ; moment += 1) {
        const communityId = await aPayingCommunity(database, whop());
        const userId = await aMemberOf(database, whop(), communityId);
        const id = await aReward(database, communityId, userId, reward);
        const deps = sendDeps(database, whop());
        if (operation && fault) {
          whop().faults.add({ kind: fault, operation });
          await sendRewards(deps, { communityId });
          await passTime(database, LONG_SECONDS);
        }
        const effects = async () => {
          const { freeDays, promoCodes } = effectsOf(whop());
          const { code } = await rewardRow(database, id);
          return (
            freeDays.filter((one) => one.user_id === userId).length +
            promoCodes.filter((one) => one.code === code).length
          );
        };

        const doomed = mortal(deps, moment);
        await sendRewards(doomed.deps, { communityId }).catch((error: Error) => expect(error.message).toBe("killed"));
        const left = await rewardRow(database, id);
        // What has been done at Whop is never without the key under which it was asked for.
        if ((await effects()) > 0) expect(left.idempotency_key).not.toBeNull();
        expect(["confirmed", "sending", "delivered"]).toContain(left.state);
        expect(left.state === "confirmed").toBe(left.idempotency_key === null && left.state !== "delivered");

        await passTime(database, LONG_SECONDS);
        await sendRewards(deps, { communityId });
        expect(await rewardRow(database, id)).toMatchObject({ state: "delivered", lease_token: null });
        expect(await effects()).toBe(operation ? 1 : 0);
        const news = await database.owner
          .selectFrom("notifications")
          .where("reward_id", "=", id)
          .select("reward_id")
          .execute();
        expect(news).toHaveLength(1);
        if (!doomed.died()) {
          expect(moment).toBeGreaterThan(operation ? 12 : 6);
          return;
        }
      }
    },
  );
});
