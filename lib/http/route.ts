import { z } from "zod";
import { type Deps, getDeps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { createLogger } from "@/lib/log";
import { refuseOver } from "@/lib/redis/rate-limit";
import { asAppError, completed, errorAnswer, jsonAnswer, requestIdOf } from "./answer";
import { authorise, identify } from "./authorise";
import { type BodyLimits, readBody, readJson } from "./body";
import { clientAddress } from "./client-address";
import { refuseForeignOrigin } from "./csrf";
import type {
  Auth,
  BodySpec,
  Declaration,
  Input,
  Limit,
  QuerySpec,
  RouteDeps,
  RouteMeta,
  Sent,
  Visitor,
} from "./declaration";
import { logOutcome } from "./outcome";

const MAX_BODY_BYTES = 1_000_000;
const BODY_TIMEOUT_MS = 10_000;
const MAX_DETAILS = 20;
const MAX_DETAIL_LENGTH = 200;

/** What Next exports from a route file, callable by any server and by tests. */
export type Handler = ((request: Request) => Promise<Response>) & { meta: RouteMeta };

/** The parts of a declaration that the steps below need; the exact types have been checked by `route`. */
type AnyDeclaration = Declaration<Auth, BodySpec, QuerySpec, RouteDeps>;
interface Progress {
  requestId: string;
  address: string;
  user: { userId: string } | null;
  communityId?: string;
}

/**
 * Declares a route: the one way into the app by HTTP. In this order: who calls, from which page, what they send, about which
 * community, with which role, how often; then one service; then the answer. Every answer has a request id and the security
 * headers; every error has the body of DESIGN §5.
 */
export function route<A extends Auth, B extends BodySpec = undefined, Q extends QuerySpec = undefined>(
  declaration: Declaration<A, B, Q, Deps>,
): Handler {
  return routeWith(getDeps, declaration);
}

/** `route` with dependencies of one's own. */
export function routeWith<
  D extends RouteDeps,
  A extends Auth,
  B extends BodySpec = undefined,
  Q extends QuerySpec = undefined,
>(findDeps: () => D | Promise<D>, declaration: Declaration<A, B, Q, D>): Handler {
  refuseLooseSchema(declaration.body);
  refuseLooseSchema(declaration.query);
  // Erases the type parameters: `handle` gets what the schemas of the same declaration have produced.
  const steps = declaration as unknown as AnyDeclaration;
  const meta = metaOf(steps);

  async function answer(request: Request): Promise<Response> {
    const progress: Progress = { requestId: requestIdOf(request.headers), address: "unknown", user: null };
    let deps: D | undefined;
    try {
      deps = await findDeps();
      const result = await handled(deps, steps, meta, request, progress);
      return result instanceof Response
        ? completed(result, progress.requestId)
        : jsonAnswer(result, progress.requestId);
    } catch (error) {
      const failure = asAppError(error);
      logOutcome(deps ?? { log: createLogger({ logLevel: "error" }), env: {} }, request, progress, failure);
      return errorAnswer(failure, progress.requestId);
    }
  }
  return Object.assign(answer, { meta });
}

async function handled(deps: RouteDeps, steps: AnyDeclaration, meta: RouteMeta, request: Request, progress: Progress) {
  progress.address = clientAddress(request.headers, deps.env);
  progress.user = await identify(deps, steps.auth, request.headers);
  refuseForeignOrigin(request, deps.env.appOrigins);
  const sent = await received(steps, meta, request);

  let caller: Visitor | null = null;
  if (steps.auth !== "none" && steps.community) {
    const allowed = await authorise(deps, steps.auth, progress, steps.community(sent));
    caller = allowed.caller;
    progress.communityId = allowed.communityId;
  }
  if (steps.limit) await refuseTooMany(deps, steps.limit, sent, progress);
  const { requestId, address, communityId } = progress;
  const input = { ...sent, request, requestId, address, communityId, caller };
  return steps.handle(deps, input as Input<Auth, BodySpec, QuerySpec>); // communityId and caller are there as `auth` says
}

async function received(steps: AnyDeclaration, meta: RouteMeta, request: Request): Promise<Sent<BodySpec, QuerySpec>> {
  const limits: BodyLimits = { maxBytes: meta.maxBodyBytes, timeoutMs: steps.bodyTimeoutMs ?? BODY_TIMEOUT_MS };
  const query = steps.query && checked(steps.query, queryOf(request.url), "query");
  if (steps.body === undefined) return { body: undefined, query };
  if (steps.body === "bytes") return { body: await readBody(request, limits), query };
  return { body: checked(steps.body, await readJson(request, limits), "body"), query };
}

function checked(schema: z.ZodType, value: unknown, part: "body" | "query"): unknown {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.slice(0, MAX_DETAILS).map((issue) => ({
    path: issue.path.map(String).join(".").slice(0, MAX_DETAIL_LENGTH),
    message: issue.message.slice(0, MAX_DETAIL_LENGTH),
  }));
  throw new AppError("bad_request", `The ${part} of the request is not valid.`, { details });
}

/** Has no prototype, so that a parameter named `__proto__` is a name like any other: unknown. */
function queryOf(url: string): Record<string, string | string[]> {
  const parameters: Record<string, string | string[]> = Object.create(null);
  const { searchParams } = new URL(url);
  for (const name of new Set(searchParams.keys())) {
    const [first = "", ...more] = searchParams.getAll(name);
    parameters[name] = more.length === 0 ? first : [first, ...more];
  }
  return parameters;
}

async function refuseTooMany(
  deps: RouteDeps,
  rule: Limit<BodySpec, QuerySpec>,
  sent: Sent<BodySpec, QuerySpec>,
  { communityId, user, address }: Progress,
): Promise<void> {
  const who = rule.per === "caller" && user ? user.userId : address;
  const key = [communityId ?? "-", who, ...(rule.and ? [rule.and(sent)] : [])].join(":");
  const { name, max, windowSeconds } = rule;
  await refuseOver(deps.limiter, { name, key, max, windowSeconds });
}

/** A schema that lets unknown keys pass would let a client set fields it should not know; found when the app is built. */
function refuseLooseSchema(schema: BodySpec): void {
  if (!(schema instanceof z.ZodObject)) return;
  if (!(schema.def.catchall instanceof z.ZodNever)) throw new Error("Declare bodies and queries with z.strictObject.");
}

function metaOf({ auth, body, query, limit, maxBodyBytes }: AnyDeclaration): RouteMeta {
  return {
    auth,
    body: body === undefined ? "none" : body === "bytes" ? "bytes" : "json",
    hasQuery: query !== undefined,
    limit: limit ? { name: limit.name, per: limit.per, max: limit.max, windowSeconds: limit.windowSeconds } : null,
    maxBodyBytes: maxBodyBytes ?? MAX_BODY_BYTES,
  };
}
