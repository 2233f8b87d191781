import type { Deps } from "@/lib/deps";
import { commandIn } from "@/services/activity/command";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { dayIn } from "@/services/xp/calendar";
import { RETENTION_DAYS } from "@/services/xp/close-months";

/*
 * What Whop shows of something a member did, as an activity. A webhook and a page read later show the same thing: both are turned
 * into an activity here and nowhere else, so that it is the same one and counts once.
 */

export type FactsDeps = Pick<Deps, "keyedHash"> & { env: Pick<Deps["env"], "whopBotUserId"> };
export type Source = Activity["source"];

const RETENTION_MS = RETENTION_DAYS * 86_400_000;

/** A message in a chat of the community; those of direct and support channels are never to come this far. */
export type ChatMessage = {
  id: string;
  userId: string;
  /** Whop's word: regular, system or automated. */
  type: string;
  content: string | null;
  createdAt: Date;
  /** Of the chat; where Whop names none, its channel. */
  experienceId: string;
};

/** A post in a forum, or a comment: a post below another one. */
export type ForumPost = {
  id: string;
  userId: string;
  /** Null where it is shown to buyers only: it then counts without regard to its length. */
  content: string | null;
  createdAt: Date;
  experienceId: string;
  /** Null for a post. */
  parentId: string | null;
};

/** A reaction to a message, or a like of a post or comment. */
export type Reaction = {
  /** Who reacts. */
  userId: string;
  /** The message, post or comment. */
  targetId: string;
  authorId: string;
  /** When that was written. */
  targetAt: Date;
  /** Whop tells no time of a reaction: when we learned of it. */
  at: Date;
  experienceId: string;
};

export type FinishedLesson = { userId: string; lessonId: string; experienceId: string; finishedAt: Date };

/**
 * Why something is not counted at all, undefined where it is: system messages and those of other apps, and what the app itself
 * writes.
 */
export function whyNotCounted(
  { env }: Pick<FactsDeps, "env">,
  { userId, type = "regular" }: { userId: string; type?: string },
): string | undefined {
  if (type !== "regular") return `${type} message`;
  if (isApp({ env }, userId)) return "the app's own message";
  return undefined;
}

/** Null for a message that does not count, a command among them. */
export function countedMessage(deps: FactsDeps, message: ChatMessage, source: Source): Activity | null {
  const isCounted = whyNotCounted(deps, message) === undefined && commandIn(message.content) === undefined;
  return isCounted ? messageActivity(deps, message, source) : null;
}

export function messageActivity(deps: FactsDeps, message: ChatMessage, source: Source): Activity {
  const { id, userId, content, createdAt, experienceId } = message;
  return {
    activityId: `message:${id}`,
    userId,
    action: "message",
    occurredAt: createdAt,
    experienceId,
    ...textFacts(deps, content),
    source,
  };
}

/** Null for a post or comment that the app itself has written. */
export function countedPost(deps: FactsDeps, post: ForumPost, source: Source): Activity | null {
  if (isApp(deps, post.userId)) return null;
  const action = post.parentId === null ? "post" : "comment";
  return {
    activityId: `${action}:${post.id}`,
    userId: post.userId,
    action,
    occurredAt: post.createdAt,
    experienceId: post.experienceId,
    ...textFacts(deps, post.content),
    source,
  };
}

/**
 * What a reaction is to the two of it: who reacts, and the author. One per member and target, whichever emoji, however often it
 * is toggled. To one's own message it is none to the author, and the app reacts and writes without XP.
 */
export function reactionActivities(deps: Pick<FactsDeps, "env">, reaction: Reaction, source: Source): Activity[] {
  const { userId, targetId, authorId, targetAt, at, experienceId } = reaction;
  if (isApp(deps, userId)) return [];
  // Who has reacted to something older is not remembered: it would pay again each time. Being of the time of what it is about, it pays
  // nothing, as too old.
  const occurredAt = at.getTime() - targetAt.getTime() > RETENTION_MS ? targetAt : at;
  const given: Activity = {
    activityId: reactionId(userId, targetId),
    userId,
    action: "reaction",
    occurredAt,
    experienceId,
    subjectUserId: authorId,
    source,
  };
  if (authorId === userId || isApp(deps, authorId)) return [given];
  const received: Activity = {
    activityId: receivedReactionId(userId, targetId),
    userId: authorId,
    action: "reaction_received",
    occurredAt,
    experienceId,
    subjectUserId: userId,
    source,
  };
  return [given, received];
}

const reactionId = (userId: string, targetId: string) => `reaction:${userId}:${targetId}`;
/** @param userId who reacted, not the author whose activity it is. */
export const receivedReactionId = (userId: string, targetId: string) => `reaction_received:${userId}:${targetId}`;

/** The same lesson finished again is the same activity. */
export function lessonActivity(
  { userId, lessonId, experienceId, finishedAt }: FinishedLesson,
  source: Source,
): Activity {
  return {
    activityId: `lesson:${userId}:${lessonId}`,
    userId,
    action: "lesson",
    occurredAt: finishedAt,
    experienceId,
    source,
  };
}

/** Who joins again, or buys something more, has joined already. */
export function joiningActivity({ userId, joinedAt }: { userId: string; joinedAt: Date }, source: Source): Activity {
  return {
    activityId: `member_joined:${userId}`,
    userId,
    action: "member_joined",
    occurredAt: joinedAt,
    source,
  };
}

/** The first page that a member opens on a day, as it is where their community is. */
export function visitActivity({ userId, at, timeZone }: { userId: string; at: Date; timeZone: string }): Activity {
  return {
    activityId: `daily_visit:${userId}:${dayIn(timeZone, at)}`,
    userId,
    action: "daily_visit",
    occurredAt: at,
    source: "api",
  };
}

/** Nothing that a member does to earn XP: recorded where it pays alone, or it would fill everybody's history with nothing. */
const ONLY_WHERE_ON: ReadonlySet<string> = new Set(["reaction_received", "daily_visit"]);

/** Those that a community records. Every other activity is a fact, whether or not it pays there. */
export function recordedUnder({ actions }: Pick<Settings, "actions">, activities: readonly Activity[]): Activity[] {
  return activities.filter(({ action }) => !ONLY_WHERE_ON.has(action) || actions[action]?.enabled === true);
}

/** Content is never stored: only how long it is and a keyed hash of its normalised text. */
export function textFacts({ keyedHash }: Pick<FactsDeps, "keyedHash">, content: string | null | undefined) {
  if (content === null || content === undefined) return {};
  return { contentLength: [...content.trim()].length, contentHash: keyedHash.contentHash(content) };
}

const isApp = ({ env }: Pick<FactsDeps, "env">, userId: string) =>
  env.whopBotUserId !== undefined && userId === env.whopBotUserId;
