import type { IncomingMessage, OutgoingHttpHeaders } from "node:http";

const TOKEN_HEADER = "x-whop-user-token";
/** Query parameters that choose who looks: a user's id, or a ready token as with Whop's own development proxy. */
const USER_PARAMETER = "sim_user";
const TOKEN_PARAMETER = "whop-dev-user-token";
const USER_COOKIE = "sim_user";
const TOKEN_COOKIE = "whop_user_token";
const RENEW_AFTER_MS = 30 * 60 * 1000;

export interface Visit {
  path: string;
  headers: OutgoingHttpHeaders;
  /** To be set on the answer when this request chose who looks. */
  cookies: string[];
}

export interface Looker {
  mintToken(userId: string): Promise<string>;
  /** Who looks before anybody is chosen; nobody by default. */
  defaultUserId?: string;
}

/** Finds out who looks and with which token; a user's token is renewed before it ends. */
export function createVisits({ mintToken, defaultUserId }: Looker) {
  const minted = new Map<string, { token: Promise<string>; at: number }>();

  function tokenFor(userId: string): Promise<string> {
    const known = minted.get(userId);
    if (known && Date.now() - known.at < RENEW_AFTER_MS) return known.token;
    const token = mintToken(userId);
    minted.set(userId, { token, at: Date.now() });
    return token;
  }

  return async (request: IncomingMessage): Promise<Visit> => {
    const { path, userId, token } = takeChoice(request.url ?? "/");
    const cookies = cookiesOf(request);
    const headers = forwardedHeaders(request, cookies);
    const asked = userId ?? (token === undefined ? userOfPage(request) : undefined);
    const chosenToken = token ?? (asked === undefined ? cookies.get(TOKEN_COOKIE) : undefined);
    const chosenUser = asked ?? cookies.get(USER_COOKIE) ?? defaultUserId;
    if (headers[TOKEN_HEADER] === undefined && chosenToken) headers[TOKEN_HEADER] = chosenToken;
    if (headers[TOKEN_HEADER] === undefined && chosenUser) headers[TOKEN_HEADER] = await tokenFor(chosenUser);
    return { path, headers, cookies: cookiesFor(userId, token) };
  };
}

/** The path without our own parameters, which are none of the app's business. */
function takeChoice(path: string): { path: string; userId?: string; token?: string } {
  const url = new URL(path, "http://app");
  const userId = url.searchParams.get(USER_PARAMETER) ?? undefined;
  const token = url.searchParams.get(TOKEN_PARAMETER) ?? undefined;
  if (userId === undefined && token === undefined) return { path };
  url.searchParams.delete(USER_PARAMETER);
  url.searchParams.delete(TOKEN_PARAMETER);
  return { path: `${url.pathname}${url.search}`, userId, token };
}

/**
 * Two tabs of one browser share their cookies. A page whose own address names its user is that user's, whatever the cookie says by now.
 */
function userOfPage({ headers }: IncomingMessage): string | undefined {
  const { referer = "", host = "" } = headers;
  if (!URL.canParse(referer)) return undefined;
  const page = new URL(referer);
  return page.host === host ? (page.searchParams.get(USER_PARAMETER) ?? undefined) : undefined;
}

/** Choosing a user forgets a chosen token and the other way round, so that the last choice holds. */
function cookiesFor(userId?: string, token?: string): string[] {
  if (token !== undefined) return [keptCookie(TOKEN_COOKIE, token), goneCookie(USER_COOKIE)];
  if (userId !== undefined) return [keptCookie(USER_COOKIE, userId), goneCookie(TOKEN_COOKIE)];
  return [];
}

/** The page around the frame writes it too, so no HttpOnly. */
const keptCookie = (name: string, value: string) => `${name}=${encodeURIComponent(value)}; Path=/; SameSite=Lax`;

const goneCookie = (name: string) => `${name}=; Path=/; Max-Age=0`;

function forwardedHeaders(request: IncomingMessage, cookies: Map<string, string>): OutgoingHttpHeaders {
  const { connection: _connection, "keep-alive": _keepAlive, cookie: _cookie, ...headers } = request.headers;
  const rest = [...cookies].filter(([name]) => name !== USER_COOKIE && name !== TOKEN_COOKIE);
  const address = [request.headers["x-forwarded-for"], request.socket.remoteAddress].filter(Boolean).join(", ");
  return {
    ...headers,
    "x-forwarded-for": address,
    ...(rest.length > 0 ? { cookie: rest.map(([name, value]) => `${name}=${value}`).join("; ") } : {}),
  };
}

function cookiesOf(request: IncomingMessage): Map<string, string> {
  const pairs = (request.headers.cookie ?? "").split("; ").filter(Boolean);
  return new Map(
    pairs.map((pair) => {
      const position = pair.indexOf("=");
      return [pair.slice(0, position), pair.slice(position + 1)];
    }),
  );
}
