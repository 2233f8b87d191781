import type { DifferenceKind } from "@/services/rewards/queue";

/** How far back what was delivered is compared with Whop. */
export const COMPARED_MS = 90 * 86_400_000;

/** One thing that Whop has otherwise. `subject` is what makes it the same one in another run. */
export type Finding = {
  kind: DifferenceKind;
  subject: string;
  severity: "warning" | "info";
  rewardId: string | null;
  whopId: string | null;
  codeEnd: string | null;
  expectedUntil: Date | null;
  foundUntil: Date | null;
};
