import { deliveryRows } from "@/dev/whop/host/delivery-rows";
import type { Outcome } from "@/dev/whop/host/target";
import type { Delivery } from "@/dev/whop/webhooks";
import { createWorld } from "@/dev/whop/world";

const world = createWorld({ now: () => new Date() });
const mei = world.addUser({ id: "user_mei", name: "Mei Tanaka" });
const second = (seconds: number) => new Date(Date.UTC(2026, 10, 21, 14, 2, seconds));

function aDelivery(given: Partial<Delivery>): Delivery {
  return {
    id: "msg_1",
    type: "chat.message.created",
    companyId: "biz_1",
    about: { userId: mei.id, activityId: "message:1" },
    createdAt: second(0),
    attempts: [],
    attemptedAt: [],
    nextAttemptAt: null,
    state: "pending",
    ...given,
  };
}

function answers(given: Partial<Delivery>, outcome?: Partial<Outcome>): string[] {
  const known = new Map<string, Outcome>();
  if (outcome) known.set("message:1", { outcome: "awarded", xp: 0, cooldownLeftSeconds: null, ...outcome });
  return deliveryRows(world, [aDelivery(given)], known).map(({ answer }) => answer);
}

const once: Partial<Delivery> = { attempts: [200], attemptedAt: [second(1)], state: "delivered" };
const paid = (xp: number): Outcome => ({ outcome: "awarded", xp, cooldownLeftSeconds: null });

test("a delivery that was paid says how much, in bold", () => {
  expect(deliveryRows(world, [aDelivery(once)], new Map([["message:1", paid(20)]]))).toEqual([
    {
      id: "msg_1:0",
      who: "Mei Tanaka",
      event: "chat.message.created",
      at: "2026-11-21T14:02:01.000Z",
      answer: "awarded, +20",
      tone: "paid",
    },
  ]);
});

test("one that was not paid says why, and how long a cooldown still held", () => {
  expect(answers(once, { outcome: "cooldown", cooldownLeftSeconds: 41 })).toEqual(["cooldown, 41 s left"]);
  expect(answers(once, { outcome: "too_short" })).toEqual(["too short"]);
  expect(answers(once, { outcome: "excluded_channel" })).toEqual(["this place pays nothing"]);
});

test("what is not known is not claimed: the status alone", () => {
  expect(answers(once)).toEqual(["answered 200"]);
});

test("the second telling of the same is a row of its own that changes nothing", () => {
  const twice: Partial<Delivery> = { attempts: [200, 200], attemptedAt: [second(1), second(2)], state: "delivered" };
  expect(answers(twice, paid(20))).toEqual(["retry of the same: no change", "awarded, +20"]);
});

test("failures say what came back and when the next attempt follows", () => {
  const failed: Partial<Delivery> = {
    attempts: [500, "failed"],
    attemptedAt: [second(1), second(31)],
    nextAttemptAt: second(151),
  };
  expect(answers(failed)).toEqual(["no answer, again in 2 min", "answered 500"]);
  expect(answers({ ...failed, nextAttemptAt: null, state: "given_up" })).toEqual([
    "no answer, given up",
    "answered 500",
  ]);
});

test("a webhook that waits, one that was lost and one under way are told apart", () => {
  expect(answers({ nextAttemptAt: second(15) })).toEqual(["held back for 15 s"]);
  expect(answers({ state: "dropped" })).toEqual(["lost on the way"]);
  expect(answers({})).toEqual(["on its way"]);
});
