import { newId } from "./random";
import type { Membership, MembershipStatus, OldMembership } from "./records";

const DAY_MS = 86_400_000;
/** Every plan here is paid by the month, or once. */
const PERIOD_MS = 30 * DAY_MS;
const WITH_ACCESS: readonly MembershipStatus[] = ["trialing", "active", "past_due", "canceling", "completed"];

/** Told of what deserves a webhook. */
export interface MembershipEvents {
  activated?(membership: Membership): void;
  deactivated?(membership: Membership): void;
}

export interface Memberships {
  /** Who has access keeps the membership they have; whoever comes back gets a new one. */
  join(companyId: string, userId: string, joinedAt?: Date, more?: Partial<Membership>): Membership;
  /** Ends all that the user has there. */
  leave(companyId: string, userId: string): Membership[];
  /** One beside those the user has: trialing, for life, of another product. */
  addMembership(membership: Partial<Membership> & Pick<Membership, "companyId" | "userId">): Membership;
  /** What a creator does by hand, or time by itself: another end, another status. Tells nobody. */
  changeMembership(id: string, change: Partial<Membership>): Membership;
  /** Undefined where there is no period to extend. */
  addFreeDays(id: string, days: number): Membership | undefined;
  membership(id: string): Membership | undefined;
  /** Ended ones too, oldest first. */
  membershipsOf(companyId: string): Membership[];
  /** One for each user with access. */
  membersOf(companyId: string): Membership[];
  hasMembership(companyId: string, userId: string): boolean;
  membershipData(): Membership[];
}

interface MembershipsOptions {
  data?: readonly (Membership | OldMembership)[];
  now: () => Date;
  events: MembershipEvents;
}

export function createMemberships({ data = [], now, events }: MembershipsOptions): Memberships {
  const byMember = new Map<string, Membership[]>();
  const byId = new Map<string, Membership>();

  function keep(membership: Membership): Membership {
    const key = pair(membership.companyId, membership.userId);
    byMember.set(key, [...(byMember.get(key) ?? []), membership]);
    byId.set(membership.id, membership);
    return membership;
  }

  /** As it is by now: who pays by the month has paid again. */
  function renewed(membership: Membership): Membership {
    const { status, renewalPeriodEnd } = membership;
    if (renewalPeriodEnd === null || (status !== "active" && status !== "trialing")) return membership;
    const end = Date.parse(renewalPeriodEnd);
    if (end > now().getTime()) return membership;
    const periods = Math.floor((now().getTime() - end) / PERIOD_MS);
    membership.status = "active";
    membership.renewalPeriodStart = new Date(end + periods * PERIOD_MS).toISOString();
    membership.renewalPeriodEnd = new Date(end + (periods + 1) * PERIOD_MS).toISOString();
    return membership;
  }

  const ofMember = (companyId: string, userId: string) => byMember.get(pair(companyId, userId)) ?? [];
  const ofCompany = (companyId: string) => [...byId.values()].filter((one) => one.companyId === companyId);
  const existing = (id: string) => {
    const membership = byId.get(id);
    if (!membership) throw new Error(`There is no membership ${id}.`);
    return renewed(membership);
  };

  function addMembership(given: Partial<Membership> & Pick<Membership, "companyId" | "userId">): Membership {
    return keep(filled({ joinedAt: now().toISOString(), leftAt: null, ...given }, now()));
  }

  for (const one of data) keep(filled(one, now()));

  return {
    join: (companyId, userId, joinedAt = now(), more = {}) => {
      const held = ofMember(companyId, userId).find(hasAccess);
      if (held) return renewed(held);
      const membership = addMembership({ ...more, companyId, userId, joinedAt: joinedAt.toISOString() });
      events.activated?.(membership);
      return membership;
    },
    leave: (companyId, userId) => {
      const ended = ofMember(companyId, userId).filter(hasAccess);
      for (const membership of ended) {
        Object.assign(membership, { status: "canceled", leftAt: now().toISOString() });
        events.deactivated?.(membership);
      }
      return ended;
    },
    addMembership,
    changeMembership: (id, change) => Object.assign(existing(id), change),
    addFreeDays: (id, days) => {
      const membership = existing(id);
      if (!hasAccess(membership) || membership.renewalPeriodEnd === null) return undefined;
      const end = Date.parse(membership.renewalPeriodEnd) + days * DAY_MS;
      membership.renewalPeriodEnd = new Date(end).toISOString();
      return membership;
    },
    membership: (id) => (byId.has(id) ? existing(id) : undefined),
    membershipsOf: (companyId) => ofCompany(companyId).map(renewed),
    membersOf: (companyId) => {
      const members = ofCompany(companyId).filter(hasAccess);
      return [...new Map(members.map((one) => [one.userId, one])).values()];
    },
    hasMembership: (companyId, userId) => ofMember(companyId, userId).some(hasAccess),
    membershipData: () => [...byId.values()],
  };
}

const hasAccess = ({ status }: Membership) => WITH_ACCESS.includes(status);

/** With everything that a membership has, where it is not given: a month that began on the day of the month of joining. */
function filled(given: Membership | OldMembership, now: Date): Membership {
  const joined = Date.parse(given.joinedAt);
  const until = given.leftAt === null ? now.getTime() : Date.parse(given.leftAt);
  const start = joined + Math.max(0, Math.floor((until - joined) / PERIOD_MS)) * PERIOD_MS;
  return {
    id: newId("mem"),
    productId: given.companyId.replace("biz_", "prod_"),
    planId: given.companyId.replace("biz_", "plan_"),
    status: given.leftAt === null ? "active" : "canceled",
    renewalPeriodStart: given.renewalPeriodEnd === null ? null : new Date(start).toISOString(),
    renewalPeriodEnd: new Date(start + PERIOD_MS).toISOString(),
    ...given,
  };
}

const pair = (companyId: string, userId: string) => `${companyId} ${userId}`;
