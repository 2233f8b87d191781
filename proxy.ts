import { type NextRequest, NextResponse } from "next/server";
import { type Env, readEnv } from "@/lib/env";
import { AppError } from "@/lib/errors";
import { errorAnswer, requestIdOf } from "@/lib/http/answer";
import { pagePolicy } from "@/lib/http/headers";

/**
 * The API sets its own headers, and the static files of a build get theirs from next.config.ts: neither pays for this.
 * API addresses with a percent sign do come here: Next answers one that cannot be decoded with a bare 500.
 */
export const config = { matcher: ["/((?!api(?:/|$)|_next/static|_next/image).*)", "/api/(.*%.*)"] };

/** Any address at which there is no page. */
const NO_SUCH_PAGE = "/no-such-page";

type PageEnv = Pick<Env, "appUrl" | "nodeEnv" | "supabase" | "whopBaseUrl" | "whopFrameAncestors">;
let fixed: ReturnType<typeof fixedParts> | undefined;

/** Gives each page its Content-Security-Policy. It decides nothing: every route and page checks its caller itself. */
export function proxy(request: NextRequest): Response {
  const { pathname } = request.nextUrl;
  if (pathname.startsWith("/api/")) return canBeDecoded(pathname) ? NextResponse.next() : noSuchAddress(request);

  fixed ??= fixedParts(readEnv());
  const nonce = randomNonce();
  const policy = pagePolicy({ ...fixed, nonce });

  // Next takes the nonce for its own scripts from the policy among the request's headers.
  const headers = new Headers(request.headers);
  headers.set("x-nonce", nonce);
  headers.set("content-security-policy", policy);
  // Next answers a page's address that it cannot decode with a page of its own, which would have no policy.
  const response = canBeDecoded(pathname)
    ? NextResponse.next({ request: { headers } })
    : NextResponse.rewrite(new URL(NO_SUCH_PAGE, request.url), { request: { headers } });
  response.headers.set("content-security-policy", policy);
  return response;
}

function canBeDecoded(pathname: string): boolean {
  try {
    return decodeURIComponent(pathname) !== "";
  } catch {
    return false;
  }
}

function noSuchAddress(request: NextRequest): Response {
  return errorAnswer(new AppError("not_found", "There is no such address."), requestIdOf(request.headers));
}

function fixedParts(env: PageEnv) {
  const realtime = env.supabase ? [env.supabase.url, env.supabase.url.replace(/^http/, "ws")] : [];
  return {
    frameAncestors: env.whopFrameAncestors,
    connect: realtime.map(originOf),
    // Only where Whop itself is not reached by https, that is on one machine: pictures then come from there.
    images: env.whopBaseUrl.startsWith("http:") ? [originOf(env.whopBaseUrl)] : [],
    secure: env.appUrl.startsWith("https:"),
    development: env.nodeEnv === "development",
  };
}

/** Scheme and host also of ws: addresses. */
function originOf(url: string): string {
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}`;
}

/** 128 random bits. */
function randomNonce(): string {
  return btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
}
