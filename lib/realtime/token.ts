import { SignJWT } from "jose";
import { communityTopic, memberTopic } from "@/lib/realtime/topics";
import { isWhopId } from "@/lib/whop/ids";

/** Realtime asks again only when a token ends, so this is also how long somebody who has left can still listen. */
const LIFETIME_SECONDS = 5 * 60;

export type RealtimeToken = {
  token: string;
  expiresAt: Date;
  /** All that it opens: the community's topic, then the member's own. */
  topics: string[];
};

/**
 * A token with which a member's page may listen, and do nothing else, for at most five minutes. To be minted only for who has
 * just been verified as a member. It has no subject: other policies would take that for a Supabase user's UUID.
 * @param options.jwtSecret with which the Supabase project signs (SUPABASE_JWT_SECRET).
 * @throws Error for ids that are not Whop's, which could name somebody else's topic.
 */
export async function mintRealtimeToken(options: {
  jwtSecret: string;
  communityId: string;
  userId: string;
  now: Date;
}): Promise<RealtimeToken> {
  const { jwtSecret, communityId, userId, now } = options;
  if (!isWhopId("biz", communityId) || !isWhopId("user", userId)) throw new Error("Not a community's and a user's id.");
  const topics = [communityTopic(communityId), memberTopic(communityId, userId)];
  const issuedAt = Math.floor(now.getTime() / 1000);
  const token = await new SignJWT({ role: "authenticated", wee5_topics: topics })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuer("wee5")
    .setAudience("authenticated")
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + LIFETIME_SECONDS)
    .sign(new TextEncoder().encode(jwtSecret));
  return { token, expiresAt: new Date((issuedAt + LIFETIME_SECONDS) * 1000), topics };
}
