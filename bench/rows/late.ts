import { randomUUID } from "node:crypto";
import { aMessage, millisecondsEach } from "@/bench/load";
import { median, type Row } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { awardActivities } from "@/services/xp/award-activity";

const BAR = 10;
const DAY = 50;
const SAMPLES = 40;
const HOUR_MS = 3_600_000;

/**
 * H: an activity that comes after the fifty that followed it, held against one in order. Once where the replay looks at all
 * fifty and changes none (a daily cap, so that each day's sum goes on being different), and once where it changes them all.
 */
export async function measureLate({ databases, quick }: Bench): Promise<Row> {
  const { db, communities } = await databases.get("middle");
  const [looking, changing] = [communities.at(-1), communities.at(-2)];
  if (!looking || !changing) throw new Error("The database has no community.");
  const { settings } = await findSettings({ db }, looking.communityId);
  const capped = { settings: { ...settings, dailyXpCap: 100_000 }, validFrom: new Date(0), by: "user_bench" };
  await changeSettings({ db }, looking.communityId, capped);

  const times = quick ? SAMPLES / 4 : SAMPLES;
  const begins = new Date(Date.now() - 48 * HOUR_MS);
  const measure = async (communityId: string, secondsApart: number) => {
    const inOrder: number[] = [];
    const late: number[] = [];
    for (let sample = 0; sample < times; sample += 1) {
      const userId = `user_late_${randomUUID()}`;
      const at = (index: number) => new Date(begins.getTime() + index * secondsApart * 1000);
      const day = Array.from({ length: DAY }, (_, index) => aMessage(userId, at(index)));
      await awardActivities({ db }, communityId, day);
      const award = (occurredAt: Date) => awardActivities({ db }, communityId, [aMessage(userId, occurredAt)]);
      late.push(...(await millisecondsEach(1, () => award(at(-0.5)))));
      inOrder.push(...(await millisecondsEach(1, () => award(at(DAY + 10)))));
    }
    return { inOrder: median(inOrder), late: median(late) };
  };
  const looked = await measure(looking.communityId, 130);
  // Each pays or not by whether the one before it did: one more at the front turns every one of them round.
  const changed = await measure(changing.communityId, 40);
  const ratio = looked.late / looked.inOrder;
  const worst = changed.late / changed.inOrder;
  return {
    row: "H",
    what: `late activity that replays a day of ${DAY}`,
    figure: `${looked.late.toFixed(2)} ms; changing all of them ${changed.late.toFixed(2)} ms, ${worst.toFixed(1)} times`,
    yardstick: `in order, one client: ${looked.inOrder.toFixed(2)} ms`,
    ratio,
    bar: `≤ ${BAR}`,
    ok: ratio <= BAR,
    figures: { lateMs: looked.late, inOrderMs: looked.inOrder, lateChangingMs: changed.late, changingRatio: worst },
  };
}
