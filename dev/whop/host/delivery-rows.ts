import type { Delivery } from "../webhooks";
import type { World } from "../world";
import type { Outcome } from "./target";

export interface DeliveryRow {
  id: string;
  who: string;
  /** The event's name. */
  event: string;
  at: string;
  /** What became of it, in a few words. */
  answer: string;
  tone: "paid" | "quiet" | "problem";
}

/** A row for each attempt to tell the app, newest first, and one for what has not been tried yet. */
export function deliveryRows(
  world: World,
  deliveries: readonly Delivery[],
  outcomes: ReadonlyMap<string, Outcome>,
): DeliveryRow[] {
  return deliveries
    .flatMap((delivery) => {
      const { id, type, about } = delivery;
      const user = world.user(about?.userId ?? "");
      const who = user?.name ?? user?.username ?? "Whop";
      const outcome = outcomes.get(about?.activityId ?? "");
      const base = { who, event: type };
      if (delivery.attempts.length === 0) {
        const at = delivery.createdAt.toISOString();
        return [{ ...base, id: `${id}:0`, at, ...notTried(delivery) }];
      }
      return delivery.attempts.map((_, index): DeliveryRow => {
        const at = (delivery.attemptedAt[index] ?? delivery.createdAt).toISOString();
        return { ...base, id: `${id}:${index}`, at, ...tried(delivery, index, outcome) };
      });
    })
    .sort((one, other) => (one.at < other.at ? 1 : one.at > other.at ? -1 : 0));
}

type Result = Pick<DeliveryRow, "answer" | "tone">;

function notTried({ state, nextAttemptAt, createdAt }: Delivery): Result {
  if (state === "dropped") return { answer: "lost on the way", tone: "problem" };
  if (nextAttemptAt) return { answer: `held back for ${pauseWords(createdAt, nextAttemptAt)}`, tone: "problem" };
  return { answer: "on its way", tone: "quiet" };
}

function tried(delivery: Delivery, index: number, outcome: Outcome | undefined): Result {
  const { attempts, attemptedAt, nextAttemptAt, state } = delivery;
  const status = attempts[index];
  if (!isSuccess(status)) {
    const what = status === "failed" ? "no answer" : `answered ${status}`;
    const isLast = index === attempts.length - 1;
    const next = isLast && nextAttemptAt ? `, again in ${pauseWords(attemptedAt[index], nextAttemptAt)}` : "";
    return { answer: `${what}${isLast && state === "given_up" ? ", given up" : next}`, tone: "problem" };
  }
  if (attempts.slice(0, index).some(isSuccess)) return { answer: "retry of the same: no change", tone: "quiet" };
  if (!outcome) return { answer: `answered ${status}`, tone: "quiet" };
  if (outcome.xp > 0) return { answer: `awarded, +${outcome.xp}`, tone: "paid" };
  return { answer: unpaidWords(outcome), tone: "quiet" };
}

const isSuccess = (status: number | "failed" | undefined) =>
  typeof status === "number" && status >= 200 && status < 300;

const UNPAID: Record<string, string> = {
  daily_cap: "daily cap reached",
  disabled: "pays nothing here",
  excluded_channel: "this place pays nothing",
  excluded_member: "this member is excluded",
  self: "own message, no XP",
  reversed: "taken back",
};

function unpaidWords({ outcome, cooldownLeftSeconds }: Outcome): string {
  if (outcome === "cooldown" && cooldownLeftSeconds !== null) return `cooldown, ${cooldownLeftSeconds} s left`;
  return UNPAID[outcome] ?? outcome.replaceAll("_", " ");
}

function pauseWords(from: Date | undefined, to: Date): string {
  const seconds = Math.max(1, Math.round((to.getTime() - (from ?? to).getTime()) / 1000));
  return seconds < 120 ? `${seconds} s` : `${Math.round(seconds / 60)} min`;
}
