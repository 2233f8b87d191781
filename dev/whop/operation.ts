import { z } from "zod";
import { badRequest } from "./api-error";
import type { Effects } from "./effects";
import type { World } from "./world";

/** Who calls: the app with its key, or a user with an OAuth token of theirs. */
export type Caller = { kind: "app" } | { kind: "user"; userId: string };

export interface ApiRequest {
  params: Record<string, string>;
  query: URLSearchParams;
  body: unknown;
  caller: Caller;
  idempotencyKey: string | null;
}

export interface ApiContext {
  world: World;
  effects: Effects;
  appId: string;
  /** The user as whom the app writes. */
  botUserId: string;
  /** Where the simulator answers, for the addresses in its replies. */
  url(): string;
}

/** One operation of Whop's API. `name` is the one under which it is limited and made to fail: "users.retrieve". */
export interface Operation {
  name: string;
  method: "GET" | "POST" | "DELETE";
  path: string;
  /** The body of the answer; throws ApiError. */
  answer(context: ApiContext, request: ApiRequest): unknown;
}

/** The user as whom `caller` writes. */
export function writerOf({ botUserId }: ApiContext, caller: Caller): string {
  return caller.kind === "app" ? botUserId : caller.userId;
}

/** The body in the given form, or Whop's 400 that names what is wrong. */
export function bodyOf<T>(schema: z.ZodType<T>, request: ApiRequest): T {
  const parsed = schema.safeParse(request.body);
  if (parsed.success) return parsed.data;
  throw badRequest(z.prettifyError(parsed.error), parsed.error.issues[0]?.path.join("."));
}

export function requiredQuery(request: ApiRequest, name: string): string {
  const value = request.query.get(name);
  if (!value) throw badRequest(`${name} is required.`, name);
  return value;
}

/** A list as Whop's SDK writes it: `statuses[]=a&statuses[]=b`. Empty: not asked for. */
export function listQuery({ query }: ApiRequest, name: string): string[] {
  return query.getAll(`${name}[]`);
}

/** Whether `at` lies where `created_after` and `created_before` ask for it; without them everything does. */
export function isAsked(request: ApiRequest, at: string): boolean {
  const after = timeQuery(request, "created_after");
  const before = timeQuery(request, "created_before");
  const time = Date.parse(at);
  return (after === null || time > after) && (before === null || time < before);
}

function timeQuery({ query }: ApiRequest, name: string): number | null {
  const text = query.get(name);
  if (!text) return null;
  const time = Date.parse(text);
  if (Number.isNaN(time)) throw badRequest(`${name} must be a time.`, name);
  return time;
}
