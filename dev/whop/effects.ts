import type { Caller } from "./operation";

const KEPT = 20_000;

/** A write that the API has accepted. */
export interface Effect {
  at: string;
  /** "app", or the id of the user whose token it was. */
  by: string;
  idempotencyKey: string | null;
  data: unknown;
}

/** One list per kind of write. */
const KINDS = ["messages", "reactions", "notifications", "promoCodes", "freeDays", "dmChannels", "forumPosts"] as const;

export type EffectKind = (typeof KINDS)[number];

export interface Effects {
  record(kind: EffectKind, request: { caller: Caller; idempotencyKey: string | null }, data: unknown): void;
  all(): Record<EffectKind, Effect[]>;
}

export function createEffects(now: () => Date): Effects {
  const lists = Object.fromEntries(KINDS.map((kind) => [kind, [] as Effect[]])) as Record<EffectKind, Effect[]>; // a list for each
  return {
    record: (kind, { caller, idempotencyKey }, data) => {
      const by = caller.kind === "app" ? "app" : caller.userId;
      lists[kind].push({ at: now().toISOString(), by, idempotencyKey, data });
      if (lists[kind].length > KEPT) lists[kind].shift();
    },
    all: () => lists,
  };
}
