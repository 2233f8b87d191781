import type { Role } from "@/lib/auth/access";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import { AppError } from "@/lib/errors";
import type { Auth, RouteDeps, Visitor } from "./declaration";

const ROLES_ALLOWED: Record<Exclude<Auth, "none" | "optional">, ReadonlySet<Role>> = {
  member: new Set(["member", "moderator", "admin"]),
  staff: new Set(["moderator", "admin"]),
  admin: new Set(["admin"]),
};

/**
 * Who calls, or null where nobody has to be known.
 * @throws AppError unauthorized · unavailable when tokens cannot be checked now
 */
export async function identify(
  deps: Pick<RouteDeps, "tokens">,
  auth: Auth,
  headers: Headers,
): Promise<{ userId: string } | null> {
  if (auth === "none") return null;
  if (auth === "optional" && !headers.has(USER_TOKEN_HEADER)) return null;
  return deps.tokens.verify(headers);
}

/**
 * The community a request is about and the caller's role in it.
 * @throws AppError not_found, the same for a community that does not exist and for one the caller has no access to ·
 * forbidden when the role is too low · unavailable when Whop cannot be asked · rate_limited for one who tries out ids
 */
export async function authorise(
  deps: Pick<RouteDeps, "access" | "communities">,
  auth: Exclude<Auth, "none">,
  { user, address }: { user: { userId: string } | null; address: string },
  experienceId: string,
): Promise<{ communityId: string; caller: Visitor | null }> {
  const community = await deps.communities.resolve(experienceId, user?.userId ?? address);
  if (community === null) throw noSuchCommunity();
  const { communityId } = community;
  if (user === null) return { communityId, caller: null };

  const role = await deps.access.roleIn(communityId, user.userId);
  const caller = { userId: user.userId, communityId, role };
  if (auth === "optional") return { communityId, caller };
  if (role === null) throw noSuchCommunity();
  if (!ROLES_ALLOWED[auth].has(role))
    throw new AppError("forbidden", "Your role in this community does not allow this.");
  return { communityId, caller };
}

/** The one answer to "not there" and "not yours"; a route with `auth: "optional"` gives it for a board that is not public. */
export function noSuchCommunity(): AppError {
  return new AppError("not_found", "There is no such community, or you have no access to it.");
}
