import { createRemoteJWKSet, customFetch, errors, type JWTPayload, jwtVerify } from "jose";
import { AppError } from "@/lib/errors";
import { isWhopId } from "@/lib/whop/ids";

export const USER_TOKEN_HEADER = "x-whop-user-token";

const ISSUER = "urn:whopcom:exp-proxy";
const JWKS_MAX_AGE_MS = 12 * 60 * 60 * 1000;
const JWKS_COOLDOWN_MS = 30_000;
const JWKS_TIMEOUT_MS = 3_000;
/** Whop's clock and ours are not the same clock. */
const CLOCK_TOLERANCE_SECONDS = 5;

export interface TokenVerifier {
  /**
   * The user who sent these headers. Throws AppError "unauthorized" for a missing, duplicated or invalid token, and
   * "unavailable" when Whop's key for it is neither known nor to be had: never a guess.
   */
  verify(headers: Headers): Promise<{ userId: string }>;
}

export interface TokenVerifierOptions {
  appId: string;
  jwksUrl: string;
  now?: () => Date;
}

/**
 * Verifies the token that Whop puts on every request from its iframe. Keys are fetched once and kept for twelve hours, so an
 * outage of Whop does not sign anybody out.
 */
export function createTokenVerifier({ appId, jwksUrl, now = () => new Date() }: TokenVerifierOptions): TokenVerifier {
  const keys = createRemoteJWKSet(new URL(jwksUrl), {
    cacheMaxAge: JWKS_MAX_AGE_MS,
    cooldownDuration: JWKS_COOLDOWN_MS,
    timeoutDuration: JWKS_TIMEOUT_MS,
    [customFetch]: fetchKeys,
  });
  return {
    async verify(headers) {
      const token = headers.get(USER_TOKEN_HEADER);
      if (!token) throw unauthorized();
      try {
        const { payload } = await jwtVerify(token, keys, {
          algorithms: ["ES256"],
          issuer: ISSUER,
          audience: appId,
          requiredClaims: ["exp", "sub", "aud"],
          clockTolerance: CLOCK_TOLERANCE_SECONDS,
          currentDate: now(),
        });
        return { userId: userIdOf(payload) };
      } catch (error) {
        throw translate(error);
      }
    },
  };
}

/** Fetches the key set whole, so that whatever goes wrong on the way is told apart from a bad token. */
async function fetchKeys(url: string, options: RequestInit): Promise<Response> {
  try {
    const response = await fetch(url, { ...options, cache: "no-store" });
    return new Response(await response.text(), { status: response.status });
  } catch (cause) {
    throw keysUnavailable(cause);
  }
}

function userIdOf(payload: JWTPayload): string {
  if (!payload.sub || !isWhopId("user", payload.sub)) throw unauthorized();
  return payload.sub;
}

function translate(error: unknown): AppError {
  if (error instanceof AppError) return error;
  const isAboutKeys = error instanceof errors.JWKSInvalid || isGeneric(error);
  return isAboutKeys ? keysUnavailable(error) : unauthorized(error);
}

/** jose names every fault of a token; what it leaves unnamed is a key set that came without a 200 or is no JSON. */
function isGeneric(error: unknown): boolean {
  return error instanceof errors.JOSEError && error.code === errors.JOSEError.code;
}

function unauthorized(cause?: unknown): AppError {
  return new AppError("unauthorized", "Open this page inside Whop to sign in.", { cause });
}

function keysUnavailable(cause: unknown): AppError {
  return new AppError("unavailable", "Signing in is not possible right now. Try again in a moment.", { cause });
}
