import { DEFAULT_LEAVERS, type Settings } from "@/services/communities/settings.schema";
import { type SettingsVersion, settingsAt } from "@/services/xp/fold";

/** One fact about when a member came or went. */
export type MembershipEvent = {
  eventId: string;
  /** Null where only the member is known: then it is of all their memberships. */
  membershipId: string | null;
  kind: "joined" | "left" | "banned" | "unbanned";
  occurredAt: Date;
};

/** A fact as it comes from Whop. */
export type MembershipFact = MembershipEvent & { userId: string; source: "webhook" | "sync" };

export type Membership = {
  membership: "member" | "left" | "banned";
  /** Since when they are away; null for a member. */
  leftAt: Date | null;
  /** From when their XP begin anew; null where they never did. */
  resetAt: Date | null;
};

type Leavers = Settings["leavers"];

const HOUR_MS = 3_600_000;
/** Stands for a membership of which only the member is known. */
const UNNAMED = "";

/**
 * What the events make of a member, in whatever order they came: a pure function of the set. Who is known by none is a member; so is,
 * until it ends, whose membership is known by its end alone. An absence that is over was settled by what held when it ended;
 * one that lasts is by the newest settings. `membership_of` in SQL is its twin; a property test holds the two equal.
 * @param now by which an absence that lasts is measured.
 */
export function membershipOf(
  events: readonly MembershipEvent[],
  settingsVersions: readonly SettingsVersion[],
  now: Date,
): Membership {
  const inOrder = [...events].sort(byTime);
  const open = begunBefore(inOrder);
  const state: Membership = { membership: "member", leftAt: null, resetAt: null };
  let [isKnown, isBanned] = [false, false];
  for (const event of inOrder) {
    if (event.kind === "banned" || event.kind === "unbanned") {
      isBanned = event.kind === "banned";
    } else {
      isKnown = true;
      follow(open, event);
    }
    if (isBanned || (isKnown && open.size === 0)) {
      state.membership = isBanned ? "banned" : "left";
      state.leftAt ??= event.occurredAt;
    } else {
      resetAfter(state, settingsAt(settingsVersions, event.occurredAt).settings, event.occurredAt);
      state.membership = "member";
      state.leftAt = null;
    }
  }
  resetAfter(state, newest(settingsVersions), now);
  return state;
}

/** Whether somebody who is away, or not, keeps their place. Their own wish to be hidden is another matter. */
export function keepsPlace(membership: Membership["membership"], leavers: Leavers = DEFAULT_LEAVERS): boolean {
  return membership === "member" || leavers[membership] === "keep";
}

/** When an absence begins someone's XP anew; null where it never does. */
export function resetsAt({ membership, leftAt }: Membership, leavers: Leavers): Date | null {
  if (membership === "member" || leftAt === null || leavers[membership] !== "reset") return null;
  return new Date(leftAt.getTime() + awayForReset(leavers));
}

/** Milliseconds. Never none: a renewal, and a change of plan, may end one membership some seconds before the next begins. */
export const awayForReset = ({ resetAfterDays }: Leavers): number => Math.max(resetAfterDays * 24 * HOUR_MS, HOUR_MS);

function resetAfter(state: Membership, { leavers }: Settings, at: Date): void {
  const due = resetsAt(state, leavers);
  if (due !== null && at >= due) state.resetAt = state.leftAt;
}

/** A membership of which the end is the first that is known had begun before. */
function begunBefore(inOrder: readonly MembershipEvent[]): Set<string> {
  const first = new Map<string, MembershipEvent["kind"]>();
  for (const { kind, membershipId } of inOrder) {
    if (kind !== "joined" && kind !== "left") continue;
    if (membershipId !== null && !first.has(membershipId)) first.set(membershipId, kind);
  }
  return new Set([...first].filter(([, kind]) => kind === "left").map(([membershipId]) => membershipId));
}

function follow(open: Set<string>, { kind, membershipId }: MembershipEvent): void {
  if (kind === "joined") {
    open.add(membershipId ?? UNNAMED);
  } else if (membershipId === null) {
    open.clear();
  } else {
    open.delete(membershipId);
    // Of a member who is there by a membership that nobody named, the next one that ends is taken to be it.
    open.delete(UNNAMED);
  }
}

function newest(versions: readonly SettingsVersion[]): Settings {
  return versions.reduce((found, version) => (version.version > found.version ? version : found)).settings;
}

/** At one moment: out before in. */
function byTime(a: MembershipEvent, b: MembershipEvent): number {
  const comesIn = ({ kind }: MembershipEvent) => Number(kind === "joined" || kind === "unbanned");
  const apart = a.occurredAt.getTime() - b.occurredAt.getTime() || comesIn(a) - comesIn(b);
  return apart || (a.eventId < b.eventId ? -1 : 1);
}
