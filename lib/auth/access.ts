import { LRUCache } from "lru-cache";
import { AppError } from "@/lib/errors";
import type { WhopClient } from "@/lib/whop/client";

export type Role = "admin" | "moderator" | "member";

export interface Access {
  /**
   * The user's role in a community (a Whop company), null without access to it. At most 55 s old, 5 s for "no access", so that
   * who has just joined is let in. While Whop cannot be asked, who was a member within the last two hours still is one, and for
   * everybody else it throws AppError "unavailable": closed, not open.
   */
  roleIn(companyId: string, userId: string): Promise<Role | null>;
}

/** Less than the 60 s that DESIGN §7 promises, for a demoted admin keeps the right this long. */
const ROLE_AGE_MS = 55_000;
const NO_ACCESS_AGE_MS = 5_000;
const REMEMBERED = 50_000;
/** Nobody's right to change anything: pages go on through an hour without Whop for those who could read them before. */
const MEMBER_WITHOUT_WHOP_MS = 2 * 3_600_000;
const ASKED_AGAIN_MS = 5_000;

/** Whop's team roles that are more than a member's here; every other one ("advertiser", "custom", …) is a member. */
const ROLE_BY_TEAM_ROLE: Readonly<Record<string, Role>> = {
  owner: "admin",
  admin: "admin",
  manager: "admin",
  app_manager: "admin",
  moderator: "moderator",
  support: "moderator",
};

type AccessSource = Pick<WhopClient, "checkAccess" | "listAuthorizedUsers">;

export interface AccessOptions {
  whop: AccessSource;
  /** A steady clock in milliseconds. */
  clock?: () => number;
}

/** Roles as Whop has them, kept in this process; lookups of one person at the same time share one question. */
export function createAccess({ whop, clock = () => performance.now() }: AccessOptions): Access {
  const known = new LRUCache<string, { role: Role | null; until: number; askedAt: number }>({ max: REMEMBERED });
  const asked = new Map<string, Promise<Role | null>>();

  async function ask(key: string, companyId: string, userId: string): Promise<Role | null> {
    // The age counts from the question: the answer may have been on its way for seconds.
    const askedAt = clock();
    try {
      const role = await askWhop(whop, companyId, userId);
      known.set(key, { role, askedAt, until: askedAt + (role === null ? NO_ACCESS_AGE_MS : ROLE_AGE_MS) });
      return role;
    } catch (error) {
      const last = known.get(key);
      const isAway = error instanceof AppError && error.code === "unavailable";
      if (!isAway || last?.role !== "member" || clock() - last.askedAt >= MEMBER_WITHOUT_WHOP_MS) throw error;
      known.set(key, { ...last, until: clock() + ASKED_AGAIN_MS });
      return last.role;
    } finally {
      asked.delete(key);
    }
  }

  return {
    async roleIn(companyId, userId) {
      const key = `${companyId} ${userId}`;
      const entry = known.get(key);
      if (entry && clock() < entry.until) return entry.role;
      const question = asked.get(key) ?? ask(key, companyId, userId);
      asked.set(key, question);
      return question;
    },
  };
}

async function askWhop(whop: AccessSource, companyId: string, userId: string): Promise<Role | null> {
  const { hasAccess, accessLevel } = await whop.checkAccess(companyId, userId);
  if (!hasAccess || accessLevel === "no_access") return null;
  if (accessLevel !== "admin") return "member";
  const teamRole = await whop.listAuthorizedUsers(companyId, userId);
  return teamRole === null ? "member" : roleOnTeam(teamRole);
}

/** What a role that Whop gives on its team is here. */
export function roleOnTeam(teamRole: string): Role {
  return (Object.hasOwn(ROLE_BY_TEAM_ROLE, teamRole) && ROLE_BY_TEAM_ROLE[teamRole]) || "member";
}
