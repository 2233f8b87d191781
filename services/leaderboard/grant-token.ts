import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";

export type GrantedToken = {
  token: string;
  /** ISO 8601. */
  expiresAt: string;
  /** The same by the clock of whoever gets it. */
  expiresInSeconds: number;
  /** The community's topic, then the member's own. */
  topics: string[];
};

/**
 * Lets the page of somebody who has just been verified as a member listen for some minutes.
 * @throws AppError unavailable where there is no Realtime: the page then asks by itself.
 */
export async function grantToken(
  { realtime, now }: Pick<Deps, "realtime" | "now">,
  communityId: string,
  userId: string,
): Promise<GrantedToken> {
  if (!realtime) {
    throw new AppError("unavailable", "Live updates are not set up here. The page asks by itself.", {
      retryAfterSeconds: 300,
    });
  }
  const { token, expiresAt, topics } = await realtime.mintToken(communityId, userId);
  const expiresInSeconds = Math.floor((expiresAt.getTime() - now().getTime()) / 1000);
  return { token, expiresAt: expiresAt.toISOString(), expiresInSeconds, topics };
}
