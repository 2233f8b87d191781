import type { z } from "zod";
import type { NewFault, PlannedFault } from "../faults";

type Plan = z.input<typeof NewFault>;

export interface Misbehaviour {
  label: string;
  /** For those who cannot guess it from the label. */
  hint: string;
  plan: Plan;
}

/** What a reader can plan with one press: Whop's next answer to the app, and its next webhook. */
export const MISBEHAVIOURS: Record<"answers" | "webhooks", Misbehaviour[]> = {
  answers: [
    { label: "Lose the reply", hint: "It is done, and the app never hears so", plan: { kind: "drop_after" } },
    { label: "409", hint: "The next call conflicts", plan: { kind: "status", status: 409 } },
    { label: "429", hint: "The next call is one too many", plan: { kind: "rate_limit", retryAfterSeconds: 2 } },
    { label: "500", hint: "The next call fails", plan: { kind: "status", status: 500 } },
    { label: "Late", hint: "The next answer takes 4 s", plan: { kind: "delay", delayMs: 4_000 } },
  ],
  webhooks: [
    { label: "Twice", hint: "The next webhook comes double", plan: { kind: "webhook_duplicate" } },
    { label: "Late", hint: "The next webhook waits 15 s", plan: { kind: "webhook_delay", delayMs: 15_000 } },
    { label: "Out of order", hint: "The next webhook lets another pass", plan: { kind: "webhook_reorder" } },
    {
      label: "Damaged",
      hint: "The next webhook changes on the way; its retry is whole",
      plan: { kind: "webhook_corrupt" },
    },
    { label: "Lost", hint: "The next webhook never comes", plan: { kind: "webhook_drop" } },
  ],
};

/** "Webhook: send twice", "Reply: 500, until cleared". */
export function planWords({ fault, left }: PlannedFault): string {
  const isWebhook = fault.kind.startsWith("webhook_");
  const known = MISBEHAVIOURS[isWebhook ? "webhooks" : "answers"].find(({ plan }) => {
    return plan.kind === fault.kind && (plan.kind !== "status" || plan.status === fault.status);
  });
  const what = known?.label.toLowerCase() ?? (fault.kind === "status" ? String(fault.status) : fault.kind);
  const where = fault.operation ?? (isWebhook ? "next webhook" : "next answer");
  const often = left === 1 ? "" : left === null ? ", until cleared" : `, ${left} times`;
  return `${where}: ${what}${often}`;
}
