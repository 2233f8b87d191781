import type { z } from "zod";
import type { Role } from "@/lib/auth/access";
import type { Env } from "@/lib/env";
import type { Logger } from "@/lib/log";

/**
 * Who may call. "none": anyone, and no token is read (health, webhooks with a signature of their own). "optional": a token is
 * checked when there is one, and the route decides. Then any member, a moderator or admin, an admin: of the request's community.
 */
export type Auth = "none" | "optional" | "member" | "staff" | "admin";

/** What every route needs; each service asks for more. */
export interface RouteDeps {
  env: Pick<Env, "appOrigins" | "trustedProxyHops" | "onVercel" | "sentryDsn">;
  log: Logger;
  tokens: { verify(headers: Headers): Promise<{ userId: string }> };
  access: { roleIn(companyId: string, userId: string): Promise<Role | null> };
  communities: { resolve(experienceId: string, asker?: string): Promise<{ communityId: string } | null> };
  limiter: {
    limit(rule: {
      name: string;
      key: string;
      max: number;
      windowSeconds: number;
    }): Promise<{ allowed: boolean; retryAfterSeconds: number }>;
  };
}

/** A signed-in person with a role in the community of the request. */
export interface Caller {
  userId: string;
  communityId: string;
  role: Role;
}

/** A signed-in person who may have no role there. */
export interface Visitor {
  userId: string;
  communityId: string;
  role: Role | null;
}

/** A schema (JSON, unknown keys refused), or "bytes" for the body exactly as it came. */
export type BodySpec = z.ZodType | "bytes" | undefined;
export type QuerySpec = z.ZodType | undefined;

export type BodyOf<B extends BodySpec> = B extends z.ZodType ? z.output<B> : B extends "bytes" ? Uint8Array : undefined;
export type QueryOf<Q extends QuerySpec> = Q extends z.ZodType ? z.output<Q> : undefined;

/** What the client sent, checked. */
export interface Sent<B extends BodySpec, Q extends QuerySpec> {
  body: BodyOf<B>;
  query: QueryOf<Q>;
}

interface Given<B extends BodySpec, Q extends QuerySpec> extends Sent<B, Q> {
  request: Request;
  requestId: string;
  /** The client's network address, for limits (see client-address.ts). */
  address: string;
}

export type Input<A extends Auth, B extends BodySpec, Q extends QuerySpec> = Given<B, Q> &
  (A extends "none"
    ? { caller: null }
    : { communityId: string; caller: A extends "optional" ? Visitor | null : Caller });

export interface Limit<B extends BodySpec, Q extends QuerySpec> {
  /** Names the counter; two routes with one name share it. */
  name: string;
  /** Whom the counter belongs to. A caller who is not signed in counts by address. */
  per: "caller" | "ip";
  /** One more part of the counter's key, such as the target member. */
  and?(sent: Sent<B, Q>): string;
  max: number;
  windowSeconds: number;
}

interface Common<A extends Auth, B extends BodySpec, Q extends QuerySpec, D extends RouteDeps> {
  auth: A;
  body?: B;
  /** Must refuse unknown keys. A parameter given twice arrives as a list. */
  query?: Q;
  /** Default 1,000,000. */
  maxBodyBytes?: number;
  /** Longest wait for the whole body; default 10,000. */
  bodyTimeoutMs?: number;
  limit?: Limit<B, Q>;
  /** A plain object becomes the JSON answer, 200; a Response is sent as it is, with the common headers. */
  handle(deps: D, input: Input<A, B, Q>): Promise<object>;
}

/** Who must be known is known in a community, so every route but "none" says which one the request is about. */
export type Declaration<
  A extends Auth,
  B extends BodySpec,
  Q extends QuerySpec,
  D extends RouteDeps = RouteDeps,
> = Common<A, B, Q, D> &
  (A extends "none"
    ? { community?: never }
    : {
        /** An experience's or the company's id; which community it belongs to is asked of Whop, never of the client. */
        community(sent: Sent<B, Q>): string;
      });

/** What can be said of a route without calling it; the isolation matrix of the tests is generated from these. */
export interface RouteMeta {
  auth: Auth;
  body: "json" | "bytes" | "none";
  hasQuery: boolean;
  limit: { name: string; per: "caller" | "ip"; max: number; windowSeconds: number } | null;
  maxBodyBytes: number;
}
