import type { Written } from "@/lib/whop/client";
import type { Claimed, Delivery, Lease } from "@/services/rewards/send-rewards.queries";

/** What is known before the first call. */
export type Prepared<R> =
  | { kind: "ready"; request: R }
  /** Nothing can be given yet. */
  | { kind: "waits" }
  /** Nothing can ever be given to what the member has. */
  | { kind: "no_end" };

/** What Whop shows of calls whose outcome is not known. */
export type Reading =
  | ({ kind: "there" } & Omit<Delivery, "how">)
  /** `usable`: the same may still be asked for. */
  | { kind: "absent"; usable: boolean }
  | { kind: "unclear"; why: string };

/** A kind of reward that Whop carries out. `R` is what is asked for: stored before the first call, and never another under its key. */
export interface SentThroughWhop<R extends object> {
  /** Names of Whop's operations, for its share. */
  operations: { prepare?: string; call: string; read: string };
  /** @throws ZodError for what was not stored by us. */
  requestOf(stored: unknown): R;
  prepare(lease: Lease, reward: Claimed): Promise<Prepared<R>>;
  call(request: R, key: string): Promise<Written<Omit<Delivery, "how">>>;
  read(request: R, reward: Pick<Claimed, "keyedAt" | "readAt">): Promise<Reading>;
  /** Whether a refusal of this call is about something that the next one chooses anew. */
  isWorthAnother(refusal: { status: number; message: string }): boolean;
}
