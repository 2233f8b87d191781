import { createHash } from "node:crypto";
import type { z } from "zod";
import type { Deps } from "@/lib/deps";
import { AppError } from "@/lib/errors";
import { type Command, commandIn } from "@/services/activity/command";
import {
  ActionEvent,
  ChatMessageCreated,
  ChatReactionCreated,
  MembershipActivated,
  MembershipWentValid,
  OwnerData,
  WhopEvent,
} from "@/services/activity/webhook.schema";
import type { Activity } from "@/services/xp/activity";

/** Where an event happened, as it says itself. */
export type Place = { experienceId?: string; companyId?: string };

/** A message that asks the app something. It is no activity: it neither counts nor pays. */
export type Asked = {
  command: Command;
  userId: string;
  /** Of the message; the same for the same message in whichever form it comes, as long as it has an id. */
  messageId: string;
  /** Null where the message has no id that Whop would know. */
  replyingToId: string | null;
  /** Where to answer. */
  channelId: string;
  /** By which the channel is switched off. */
  experienceId: string | null;
  askedAt: Date;
};

/** What a signed webhook says, and where; "ignored" where nothing of it counts (`reason` says what it was). */
export type Reading =
  | ({ kind: "activity"; activity: Activity } & Place)
  | ({ kind: "command"; asked: Asked } & Place)
  /** A membership has begun; in the owner's form that is an activity as well. */
  | ({ kind: "membership"; userId: string; activity?: Activity } & Place)
  | { kind: "ignored"; reason: string };

type ReadDeps = Pick<Deps, "keyedHash"> & { env: Pick<Deps["env"], "whopBotUserId"> };

/** The owner's events and the action each one is. */
const OWNER_ACTIONS: Readonly<Record<string, string>> = {
  "message.created": "message",
  "post.created": "post",
  "reaction.created": "reaction",
  "membership.created": "member_joined",
};

/**
 * Reads the body of a webhook whose signature has been verified; the shape of the body decides which form it is.
 * Unknown events are ignored. @throws AppError bad_request with the fields at fault when a known event is malformed.
 */
export function readEvent(deps: ReadDeps, body: string): Reading {
  const json = parseJson(body);
  if (isObject(json) && "type" in json) return readWhopEvent(deps, checked(WhopEvent, json));
  const { action, data } = checked(ActionEvent, json);
  return readOwnerEvent(deps, action, data);
}

function readWhopEvent(deps: ReadDeps, event: z.output<typeof WhopEvent>): Reading {
  const companyId = event.company_id ?? event.account_id ?? undefined;
  if (event.type === "chat.message.created") {
    const { channel, message } = checked(ChatMessageCreated, event.data, "data");
    const reason = notCounted(deps, channel, message, message.user.id);
    if (reason) return { kind: "ignored", reason };
    const experienceId = channel.experience_id ?? undefined;
    const command = commandIn(message.content);
    if (command) {
      const asked: Asked = {
        command,
        userId: message.user.id,
        messageId: message.id,
        replyingToId: message.id,
        channelId: channel.id,
        experienceId: experienceId ?? null,
        askedAt: message.created_at,
      };
      return { kind: "command", asked, experienceId, companyId };
    }
    const activity: Activity = {
      activityId: `message:${message.id}`,
      userId: message.user.id,
      action: "message",
      occurredAt: message.created_at,
      experienceId: experienceId ?? channel.id,
      ...textFacts(deps, message.content),
      source: "webhook",
    };
    return { kind: "activity", activity, experienceId, companyId };
  }
  if (event.type === "chat.reaction.created") {
    const { channel, message, reaction } = checked(ChatReactionCreated, event.data, "data");
    const reason = notCounted(deps, channel, message, reaction.user.id);
    if (reason) return { kind: "ignored", reason };
    const experienceId = channel.experience_id ?? undefined;
    const activity: Activity = {
      // One reaction per member and message, whichever emoji, however often it is toggled.
      activityId: `reaction:${reaction.user.id}:${message.id}`,
      userId: reaction.user.id,
      action: "reaction",
      // A reaction carries no time of its own: the event's.
      occurredAt: event.timestamp,
      experienceId: experienceId ?? channel.id,
      subjectUserId: message.user.id,
      source: "webhook",
    };
    return { kind: "activity", activity, experienceId, companyId };
  }
  if (event.type === "membership.activated") {
    const { user, company } = checked(MembershipActivated, event.data, "data");
    return membership(event.type, user?.id, companyId ?? company?.id);
  }
  return { kind: "ignored", reason: event.type };
}

/** Some memberships belong to nobody yet, and what has no company we could not place. */
function membership(event: string, userId: string | undefined, companyId: string | undefined): Reading {
  if (userId === undefined || !companyId?.startsWith("biz_")) return { kind: "ignored", reason: event };
  return { kind: "membership", userId, companyId };
}

/** Direct messages, support chats, system messages and the app's own never pay. */
function notCounted(
  { env }: ReadDeps,
  channel: { type: string },
  message: { message_type: string },
  userId: string,
): string | undefined {
  if (channel.type !== "chat") return `chat in ${channel.type}`;
  if (message.message_type !== "regular") return `${message.message_type} message`;
  if (env.whopBotUserId !== undefined && userId === env.whopBotUserId) return "the app's own message";
  return undefined;
}

function readOwnerEvent(deps: ReadDeps, event: string, data: unknown): Reading {
  if (event === "membership.went_valid") {
    const { user_id, company_id, page_id } = checked(MembershipWentValid, data, "data");
    return membership(event, user_id ?? undefined, company_id ?? page_id ?? undefined);
  }
  const action = Object.hasOwn(OWNER_ACTIONS, event) ? OWNER_ACTIONS[event] : undefined;
  if (action === undefined) return { kind: "ignored", reason: event };
  const facts = checked(OwnerData, data, "data");
  if (facts.user_id === deps.env.whopBotUserId) return { kind: "ignored", reason: "the app's own message" };
  const { id, user_id: userId, experience_id: experienceId, created_at: occurredAt } = facts;
  const messageId = id ?? hashOf(action, facts);
  const command = action === "message" ? commandIn(facts.content) : undefined;
  if (command) {
    // A chat is known to Whop by its experience as well.
    const where = { channelId: experienceId, experienceId };
    const asked = { command, userId, messageId, replyingToId: id ?? null, ...where, askedAt: occurredAt };
    return { kind: "command", asked, experienceId };
  }
  const activity: Activity = {
    activityId: `${action}:${messageId}`,
    userId,
    action,
    occurredAt,
    experienceId,
    ...textFacts(deps, facts.content),
    source: "webhook",
  };
  if (action === "member_joined") return { kind: "membership", userId, activity, experienceId };
  return { kind: "activity", activity, experienceId };
}

/** The identity of an activity that has no id: SHA-256 over action, user, experience, time and content. */
function hashOf(action: string, facts: z.output<typeof OwnerData>): string {
  const parts = [action, facts.user_id, facts.experience_id, facts.created_at.toISOString(), facts.content ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}

/** Content is never stored: only how long it is and a keyed hash of its normalised text. */
function textFacts({ keyedHash }: ReadDeps, content: string | null | undefined) {
  if (content === null || content === undefined) return {};
  return { contentLength: [...content.trim()].length, contentHash: keyedHash.contentHash(content) };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch (cause) {
    throw new AppError("bad_request", "The body is not JSON.", { cause });
  }
}

function checked<S extends z.ZodType>(schema: S, value: unknown, at?: string): z.output<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.slice(0, 20).map((issue) => ({
    path: [at, ...issue.path].filter((part) => part !== undefined).join("."),
    message: issue.message,
  }));
  throw new AppError("bad_request", "The event is not valid.", { details });
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === "object" && value !== null;
