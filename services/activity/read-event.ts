import { createHash } from "node:crypto";
import type { z } from "zod";
import { AppError } from "@/lib/errors";
import { type Command, commandIn } from "@/services/activity/command";
import {
  type FactsDeps,
  joiningActivity,
  lessonActivity,
  messageActivity,
  reactionActivities,
  textFacts,
  whyNotCounted,
} from "@/services/activity/facts";
import { saidByOlderWhop, saidByOwner, saidByWhop } from "@/services/activity/read-membership";
import {
  ActionEvent,
  ChatMessageCreated,
  ChatReactionCreated,
  LessonCompleted,
  MembershipChanged,
  OlderMembershipChanged,
  OwnerData,
  WhopEvent,
} from "@/services/activity/webhook.schema";
import type { Activity } from "@/services/xp/activity";
import type { MembershipFact } from "@/services/xp/membership";

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
  /** What it is to who reacts, then what it is to the author, if anything. */
  | ({ kind: "reaction"; activities: Activity[] } & Place)
  | ({ kind: "command"; asked: Asked } & Place)
  /** A membership has begun or ended; that it has begun, where the event says when, is an activity as well. */
  | ({ kind: "membership"; fact: MembershipFact; activity?: Activity } & Place)
  | { kind: "ignored"; reason: string };

/** The owner's events and the action each one is. */
const OWNER_ACTIONS: Readonly<Record<string, string>> = {
  "message.created": "message",
  "post.created": "post",
  "reaction.created": "reaction",
  "membership.created": "member_joined",
};

/** In Whop's older form. */
const OLDER_MEMBERSHIP_EVENTS: Readonly<Record<string, "joined" | "left">> = {
  "membership.went_valid": "joined",
  "membership.went_invalid": "left",
};

/**
 * Reads the body of a webhook whose signature has been verified; the shape of the body decides which form it is.
 * Unknown events are ignored.
 * @param sentAt as the signature says: the time of an event that tells none.
 * @throws AppError bad_request with the fields at fault when a known event is malformed.
 */
export function readEvent(deps: FactsDeps, body: string, sentAt: Date): Reading {
  const json = parseJson(body);
  if (isObject(json) && "type" in json) return readWhopEvent(deps, checked(WhopEvent, json));
  const { action, data } = checked(ActionEvent, json);
  if (Object.hasOwn(OLDER_MEMBERSHIP_EVENTS, action)) return readOlderMembership(action, data, sentAt);
  return readOwnerEvent(deps, action, data);
}

type EventOfWhop = z.output<typeof WhopEvent>;

function readWhopEvent(deps: FactsDeps, event: EventOfWhop): Reading {
  const companyId = event.company_id ?? event.account_id ?? undefined;
  switch (event.type) {
    case "chat.message.created":
      return readMessage(deps, event, companyId);
    case "chat.reaction.created":
      return readReaction(deps, event, companyId);
    case "course_lesson_interaction.completed":
      return readLesson(event, companyId);
    case "membership.activated":
    case "membership.deactivated":
      return readMembership(event.type, event, companyId);
    default:
      return { kind: "ignored", reason: event.type };
  }
}

function readMessage(deps: FactsDeps, event: EventOfWhop, companyId: string | undefined): Reading {
  const { channel, message } = checked(ChatMessageCreated, event.data, "data");
  const reason = notCounted(deps, channel, message, message.user.id);
  if (reason) return { kind: "ignored", reason };
  const { id, content, created_at: createdAt } = message;
  const userId = message.user.id;
  const experienceId = channel.experience_id ?? undefined;
  const command = commandIn(content);
  if (command) {
    const asked: Asked = {
      command,
      userId,
      messageId: id,
      replyingToId: id,
      channelId: channel.id,
      experienceId: experienceId ?? null,
      askedAt: createdAt,
    };
    return { kind: "command", asked, experienceId, companyId };
  }
  const shown = { id, userId, type: message.message_type, content, createdAt, experienceId: placeOf(channel) };
  return { kind: "activity", activity: messageActivity(deps, shown, "webhook"), experienceId, companyId };
}

function readReaction(deps: FactsDeps, event: EventOfWhop, companyId: string | undefined): Reading {
  const { channel, message, reaction } = checked(ChatReactionCreated, event.data, "data");
  const reason = notCounted(deps, channel, message, reaction.user.id);
  if (reason) return { kind: "ignored", reason };
  const activities = reactionActivities(
    deps,
    {
      userId: reaction.user.id,
      targetId: message.id,
      authorId: message.user.id,
      targetAt: message.created_at,
      // A reaction carries no time of its own: the event's.
      at: event.timestamp,
      experienceId: placeOf(channel),
    },
    "webhook",
  );
  return { kind: "reaction", activities, experienceId: channel.experience_id ?? undefined, companyId };
}

function readLesson(event: EventOfWhop, companyId: string | undefined): Reading {
  const { completed, user, lesson, course, completed_at } = checked(LessonCompleted, event.data, "data");
  if (!completed) return { kind: "ignored", reason: "a lesson that is not finished" };
  const experienceId = course.experience.id;
  const finishedAt = completed_at ?? event.timestamp;
  const activity = lessonActivity({ userId: user.id, lessonId: lesson.id, experienceId, finishedAt }, "webhook");
  return { kind: "activity", activity, experienceId, companyId };
}

/** The chat's experience; where Whop names none, its channel. */
const placeOf = (channel: { id: string; experience_id?: string | null }) => channel.experience_id ?? channel.id;

function readMembership(
  type: "membership.activated" | "membership.deactivated",
  event: EventOfWhop,
  named: string | undefined,
): Reading {
  const { id, user, company, joined_at } = checked(MembershipChanged, event.data, "data");
  const companyId = named ?? company?.id;
  if (!user || !isPlaced(companyId)) return { kind: "ignored", reason: type };
  const kind = type === "membership.activated" ? "joined" : "left";
  const said = { kind, userId: user.id, membershipId: id ?? undefined, occurredAt: event.timestamp } as const;
  const joinedAt = joined_at ?? event.timestamp;
  const activity = kind === "joined" ? joiningActivity({ userId: user.id, joinedAt }, "webhook") : undefined;
  return { kind: "membership", fact: saidByWhop(said), activity, companyId };
}

function readOlderMembership(action: string, data: unknown, sentAt: Date): Reading {
  const { id, user_id: userId, company_id, page_id, created_at } = checked(OlderMembershipChanged, data, "data");
  const companyId = company_id ?? page_id ?? undefined;
  const kind = OLDER_MEMBERSHIP_EVENTS[action];
  if (!kind || !userId || !isPlaced(companyId)) return { kind: "ignored", reason: action };
  const fact = saidByOlderWhop({ kind, userId, membershipId: id ?? undefined, occurredAt: sentAt }, data);
  const isJoining = kind === "joined" && created_at;
  const activity = isJoining ? joiningActivity({ userId, joinedAt: created_at }, "webhook") : undefined;
  return { kind: "membership", fact, activity, companyId };
}

/** What has no company we could not place. Some memberships belong to nobody yet, too. */
const isPlaced = (companyId: string | undefined): companyId is string => companyId?.startsWith("biz_") === true;

/** Direct messages, support chats, system messages and the app's own never pay. */
function notCounted(
  deps: Pick<FactsDeps, "env">,
  channel: { type: string },
  message: { message_type: string },
  userId: string,
): string | undefined {
  if (channel.type !== "chat") return `chat in ${channel.type}`;
  return whyNotCounted(deps, { userId, type: message.message_type });
}

function readOwnerEvent(deps: FactsDeps, event: string, data: unknown): Reading {
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
  if (action === "member_joined") {
    const fact = saidByOwner(userId, id, activity.activityId, occurredAt);
    return { kind: "membership", fact, activity, experienceId };
  }
  return { kind: "activity", activity, experienceId };
}

/** The identity of an activity that has no id: SHA-256 over action, user, experience, time and content. */
function hashOf(action: string, facts: z.output<typeof OwnerData>): string {
  const parts = [action, facts.user_id, facts.experience_id, facts.created_at.toISOString(), facts.content ?? ""];
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
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
