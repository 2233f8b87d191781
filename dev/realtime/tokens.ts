import { jwtVerify, SignJWT } from "jose";
import { z } from "zod";

const TEN_YEARS = "3650d";

const Claims = z.looseObject({ role: z.enum(["anon", "authenticated", "service_role"]), exp: z.number() });

/** What a verified token says. `role` is a role of the database, `exp` in seconds. */
export type Claims = z.infer<typeof Claims>;

/** The long-lived key that a Supabase project gives its clients (`anon`) or its servers (`service_role`). */
export function mintApiKey(jwtSecret: string, role: "anon" | "service_role"): Promise<string> {
  return new SignJWT({ role, iss: "supabase" })
    .setProtectedHeader({ alg: "HS256", typ: "JWT" })
    .setIssuedAt()
    .setExpirationTime(TEN_YEARS)
    .sign(new TextEncoder().encode(jwtSecret));
}

/** The claims of a token that is ours, valid and names a role; else what is wrong with it, in words for its sender. */
export async function readToken(
  jwtSecret: string,
  token: string | null | undefined,
): Promise<{ claims: Claims } | { refused: string }> {
  if (!token) return { refused: "A token is required" };
  try {
    const { payload } = await jwtVerify(token, new TextEncoder().encode(jwtSecret), { algorithms: ["HS256"] });
    const claims = Claims.safeParse(payload);
    return claims.success ? { claims: claims.data } : { refused: "Fields `role` and `exp` are required in JWT" };
  } catch (error) {
    return { refused: `InvalidJWTToken: ${error instanceof Error ? error.message : "unreadable"}` };
  }
}
