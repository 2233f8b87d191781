import { setTimeout as sleep } from "node:timers/promises";
import type { HttpBindings } from "@hono/node-server";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { type Context, Hono } from "hono";
import { ApiError, badRequest } from "./api-error";
import type { Credentials } from "./credentials";
import type { Fault, Faults } from "./faults";
import type { Answer, IdempotencyStore } from "./idempotency";
import { cursorAsked, misled } from "./misleading-lists";
import type { ApiContext, ApiRequest, Operation } from "./operation";
import type { Permissions } from "./permissions";
import { type RateLimit, rateLimited } from "./rate-limit";
import { apps } from "./resources/apps";
import { authorizedUsers } from "./resources/authorized-users";
import { chatChannels } from "./resources/chat-channels";
import { companies } from "./resources/companies";
import { dmChannels } from "./resources/dm-channels";
import { experiences } from "./resources/experiences";
import { forumPosts } from "./resources/forum-posts";
import { forums } from "./resources/forums";
import { members } from "./resources/members";
import { memberships } from "./resources/memberships";
import { messages } from "./resources/messages";
import { notifications } from "./resources/notifications";
import { promoCodes } from "./resources/promo-codes";
import { reactions } from "./resources/reactions";
import { users } from "./resources/users";

/** The version whose shapes are simulated; a request may also name none. */
const API_VERSION = "2026-07-20";

const OPERATIONS: Operation[] = [
  ...apps,
  ...authorizedUsers,
  ...chatChannels,
  ...companies,
  ...dmChannels,
  ...experiences,
  ...forumPosts,
  ...forums,
  ...members,
  ...memberships,
  ...messages,
  ...notifications,
  ...promoCodes,
  ...reactions,
  ...users,
];

const GARBAGE: Answer = { status: 200, body: { nothing: "of the kind" } };

export type HttpContext = Context<{ Bindings: HttpBindings }>;

export interface ApiParts {
  context: ApiContext;
  credentials: Credentials;
  faults: Faults;
  permissions: Permissions;
  rateLimit: RateLimit;
  idempotency: IdempotencyStore;
}

/** Whop's API under its version's path; every operation goes through the same gate. */
export function createApi(parts: ApiParts): Hono<{ Bindings: HttpBindings }> {
  const api = new Hono<{ Bindings: HttpBindings }>();
  for (const operation of OPERATIONS) {
    api.on(operation.method, operation.path, (c) => answer(parts, operation, c));
  }
  api.notFound((c) => c.json(new ApiError(404, "not_found", "There is no such endpoint.").body, 404));
  return api;
}

async function answer(parts: ApiParts, operation: Operation, c: HttpContext): Promise<Response> {
  const fault = parts.faults.forCall(operation.name);
  const disturbed = await disturb(fault, c);
  if (disturbed) return disturbed;
  try {
    return await perform(parts, operation, c, fault);
  } catch (error) {
    if (error instanceof ApiError) return json({ status: error.status, body: error.body });
    throw error;
  }
}

async function perform(parts: ApiParts, operation: Operation, c: HttpContext, fault?: Fault): Promise<Response> {
  const { credential, caller } = parts.credentials.callerOf(c.req.header("authorization"));
  const version = c.req.header("api-version-date") ?? API_VERSION;
  if (version !== API_VERSION) throw badRequest(`Unknown Api-Version-Date ${version}.`, "Api-Version-Date");
  parts.rateLimit.count(credential, operation.name);

  const text = operation.method === "POST" ? await c.req.text() : "";
  const query = new URL(c.req.url).searchParams;
  // Whop reads the key on POST alone.
  const idempotencyKey = (operation.method === "POST" && c.req.header("idempotency-key")) || null;
  const ticket = idempotencyKey
    ? parts.idempotency.begin(credential, idempotencyKey, [
        operation.method,
        c.req.path,
        query.toString(),
        version,
        text,
      ])
    : undefined;
  if (ticket && "replay" in ticket) return json(ticket.replay, { "Idempotent-Replayed": "true" });
  if (fault?.kind === "crash_before") return drop(c);
  if (fault?.kind === "slow") await sleep(fault.delayMs, undefined, { ref: false });

  const params = c.req.param() as Record<string, string>; // Hono types it by the path, which is not a constant here.
  const isRefused = fault?.kind === "error_before";
  const done = isRefused
    ? broken(fault)
    : await settle(operation, parts, { params, query: cursorAsked(query, fault), caller, idempotencyKey }, text);
  const result = fault?.kind === "error_after" ? broken(fault) : misled(done, query, fault);
  if (fault?.kind === "crash_after") return drop(c);
  ticket?.finish(result);
  if (fault?.kind === "garbage_after") return json(GARBAGE);
  return fault?.kind === "drop_after" ? drop(c) : json(result);
}

/** The operation's answer, errors included: Whop stores and replays those as well. */
async function settle(
  operation: Operation,
  { context, permissions }: ApiParts,
  given: Omit<ApiRequest, "body">,
  text: string,
): Promise<Answer> {
  try {
    const request = { ...given, body: parse(text) };
    if (request.caller.kind === "app") permissions.check(operation.name, request);
    return { status: 200, body: await operation.answer(context, request) };
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body };
    throw error;
  }
}

function parse(text: string): unknown {
  if (text === "") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw badRequest("The body is not JSON.");
  }
}

/** Faults that come before the request is looked at; undefined when it may go on. */
export async function disturb(fault: Fault | undefined, c: HttpContext): Promise<Response | undefined> {
  switch (fault?.kind) {
    case "drop_before":
      return drop(c);
    case "status":
      return json(broken(fault));
    case "rate_limit":
      // The header, where there is one, and the words differ, so that it shows which was read.
      return json(
        { status: 429, body: rateLimited(12).body },
        fault.retryAfterSeconds === undefined ? {} : { "Retry-After": String(fault.retryAfterSeconds) },
      );
    case "garbage":
      return json(GARBAGE);
    case "stall":
      c.env.outgoing.writeHead(200, { "Content-Type": "application/json", "Content-Length": "100" }).write("{");
      return RESPONSE_ALREADY_SENT;
    case "delay":
      await sleep(fault.delayMs, undefined, { ref: false });
      return undefined;
    default:
      return undefined;
  }
}

function broken({ status }: Fault): Answer {
  return { status, body: { error: { type: "internal_error", message: "Something went wrong." } } };
}

function drop(c: HttpContext): Response {
  c.env.outgoing.destroy();
  return RESPONSE_ALREADY_SENT;
}

function json({ status, body }: Answer, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}
