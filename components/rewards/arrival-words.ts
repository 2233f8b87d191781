import type { RungWords } from "@/components/rewards/rung-words";
import type { Formats } from "@/components/ui/formats";
import type { RewardType, RewardValue, RungState, Standing } from "@/services/rewards/ladder";

export type EarnedReward = Omit<Standing, "state"> & {
  type: RewardType;
  value: RewardValue;
  state: Exclude<RungState, "locked">;
};

type Asked = {
  /** Whether the creator has confirmed what levels pay. */
  isConfirmed: boolean;
  /** Of the community. */
  timeZone: string;
  now: number;
};

/** What has become of a reward that has been earned or given. */
export function arrivalInWords(reward: EarnedReward, asked: Asked, formats: Formats): RungWords {
  switch (reward.state) {
    case "due":
      return asked.isConfirmed ? onItsWay(reward) : { detail: "sent once the creator confirms", standing: "Earned" };
    case "confirmed":
    case "sending":
      return onItsWay(reward);
    case "waiting":
      return { detail: "added by itself when your next membership begins", standing: "Waiting" };
    case "needs_attention":
      return { detail: "did not go through, the team is looking at it", standing: "Being looked at" };
    case "cancelled":
      return { detail: "the team has taken it back", standing: "Taken back" };
    case "delivered":
      return { detail: deliveredDetail(reward, asked, formats), standing: "Delivered" };
  }
}

function onItsWay({ waitsFor, isTriedAgain, type }: EarnedReward): RungWords {
  if (waitsFor === "budget") {
    return { detail: "this month's free days are given out, yours come next month", standing: "Next month" };
  }
  if (isTriedAgain) return { detail: "did not go through yet, we keep trying", standing: "Trying again" };
  return { detail: ARRIVES[type], standing: "On its way", isMoving: true };
}

const ARRIVES: Record<RewardType, string> = {
  free_days: "added to your membership by itself",
  promo_code: "your code appears here by itself",
  badge: "arrives by itself",
  custom: "arrives by itself",
};

function deliveredDetail({ type, changedAt }: EarnedReward, { timeZone, now }: Asked, { day }: Formats): string {
  const verb = type === "free_days" ? "added" : "yours";
  if (changedAt === null) return verb;
  return `${verb} ${type === "free_days" ? "on" : "since"} ${day(changedAt, timeZone, now)}`;
}

/** What a code is good for: "Single use: 50 % off any product here for 12 months. Enter it when you pay." */
export function codeInWords({ percentOff, months, productId }: RewardValue, { number }: Formats): string {
  const off = percentOff === undefined ? "a discount" : `${number(percentOff)}\u00a0% off`;
  const product = productId === undefined ? "any product here" : "one product here";
  return `Single use: ${off} ${product} ${durationInWords(months, number)}. Enter it when you pay.`;
}

function durationInWords(months: number | undefined, number: Formats["number"]): string {
  if (months === undefined) return "for as long as Whop allows";
  if (months === 1) return "for one month";
  return months % 12 === 0 && months > 12 ? `for ${number(months / 12)} years` : `for ${number(months)} months`;
}
