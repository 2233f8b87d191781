import type { Role } from "@/lib/auth/access";
import type { Deps } from "@/lib/deps";
import type { AppError } from "@/lib/errors";
import { asAppError } from "@/lib/http/answer";

/** Who opens a page, as far as it can be known. */
export type PageAccess =
  | { kind: "member"; userId: string; communityId: string; role: Role }
  /** No token, or one that is not valid (any more). */
  | { kind: "signed-out" }
  /** The community is null where there is none by this id. */
  | { kind: "no-access"; userId: string; communityId: string | null }
  /** Whop or the database cannot be asked, or not again so soon: nobody knows, so nobody is let in. */
  | { kind: "unavailable"; cause: AppError };

/**
 * What a page's visitor may see, by the token that Whop puts on the request.
 * @param id of a community or of one of its experiences, as it stands in the address.
 * @throws what is neither a "no" nor an outage: a defect.
 */
export async function pageAccess(
  deps: Pick<Deps, "tokens" | "communities" | "access">,
  headers: Headers,
  id: string,
): Promise<PageAccess> {
  try {
    const { userId } = await deps.tokens.verify(headers);
    const community = await deps.communities.resolve(id, userId);
    if (community === null) return { kind: "no-access", userId, communityId: null };
    const { communityId } = community;
    const role = await deps.access.roleIn(communityId, userId);
    return role === null ? { kind: "no-access", userId, communityId } : { kind: "member", userId, communityId, role };
  } catch (error) {
    const failure = asAppError(error);
    if (failure.code === "unauthorized") return { kind: "signed-out" };
    if (failure.code === "unavailable" || failure.code === "rate_limited")
      return { kind: "unavailable", cause: failure };
    throw error;
  }
}
