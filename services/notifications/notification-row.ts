import { z } from "zod";
import { COMMANDS } from "@/services/activity/command";

/** What is asked of Whop, in the words of the first call: the same on each retry. */
export const NotificationRequest = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("notification"),
    /** Our page there, which it opens. */
    experienceId: z.string(),
    userId: z.string(),
    title: z.string(),
    content: z.string(),
    /** Within the app; null for its first page. */
    restPath: z.string().nullable(),
  }),
  z.strictObject({
    kind: z.literal("message"),
    channelId: z.string(),
    content: z.string(),
    replyingToId: z.string().nullable(),
  }),
]);
export type NotificationRequest = z.infer<typeof NotificationRequest>;

/** A message that a worker holds. */
export const HeldNotification = z.object({
  communityId: z.string(),
  notificationId: z.string(),
  userId: z.string(),
  about: z.enum(["level_up", "reward", "command", "streak_warning"]),
  channel: z.enum(["push", "announcement", "direct_message", "reply"]),
  /** "sending": it has been asked for before, and what came of that is not known. */
  state: z.enum(["due", "sending"]),
  fromLevel: z.int().nullable(),
  toLevel: z.int().nullable(),
  rewardId: z.string().nullable(),
  payload: z.record(z.string(), z.unknown()),
  request: NotificationRequest.nullable(),
  /** Attempts in a row that came to nothing. */
  failures: z.int(),
  /** How often in a row our own code has failed on it. */
  errors: z.int(),
  /** What went wrong with the last attempt. */
  lastError: z.string().nullable(),
  /** When the key was first used. */
  keyedAt: z.date().nullable(),
  expiresAt: z.date(),
  /** By the database's clock, as all times here. */
  readAt: z.date(),
  /** Of the worker that holds it. */
  token: z.string(),
});
export type HeldNotification = z.infer<typeof HeldNotification>;

/** A payload as `queue_reply` writes it. */
export const ReplyPayload = z.object({
  command: z.enum(COMMANDS),
  channelId: z.string(),
  /** Null where the message has no id that Whop knows. */
  replyingToId: z.string().nullable(),
});

/** A payload as `queue_streak_warnings` writes it. */
export const StreakPayload = z.object({
  /** In a row, the last of them yesterday or, with freezes, earlier. */
  days: z.int(),
  /** Left now; midnight takes one. */
  freezes: z.int(),
});
export type StreakPayload = z.infer<typeof StreakPayload>;
