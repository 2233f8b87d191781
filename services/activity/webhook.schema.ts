import { z } from "zod";

/** Visible ASCII: no platform's id is anything else, and some characters (NUL, half a surrogate pair) no database takes. */
const id = z.string().regex(/^[\x21-\x7e]{1,64}$/);
/** Longer, and still short enough to be part of the identity of a reaction beside a member's id. */
const messageId = z.string().regex(/^[\x21-\x7e]{1,120}$/);
/** Whop writes ISO 8601 in UTC; the owner's form may carry an offset. */
const moment = z.iso.datetime({ offset: true }).transform((text) => new Date(text));

const WhopUser = z.object({ id });
const WhopMessage = z.object({
  id: messageId,
  content: z.string().nullable(),
  created_at: moment,
  message_type: z.string(),
  user: WhopUser,
});
const WhopChannel = z.object({ id, type: z.string(), experience_id: id.nullish() });

export const ChatMessageCreated = z.object({ channel: WhopChannel, message: WhopMessage });
export const ChatReactionCreated = ChatMessageCreated.extend({ reaction: z.object({ user: WhopUser }) });

/** A lesson that a member has finished. Whop says when it was begun; when it was finished, where at all, in `completed_at`. */
export const LessonCompleted = z.object({
  completed: z.boolean().default(true),
  user: WhopUser,
  lesson: z.object({ id }),
  course: z.object({ experience: z.object({ id }) }),
  completed_at: moment.nullish(),
});

/** A membership that begins or ends, of which we need to know only which and whose it is, where, and since when they have been there. */
export const MembershipChanged = z.object({
  id: messageId.nullish(),
  user: z.object({ id }).nullish(),
  company: z.object({ id }).nullish(),
  joined_at: moment.nullish(),
});

/** The same in Whop's older form. The page is the company. */
export const OlderMembershipChanged = z.object({
  id: messageId.nullish(),
  user_id: id.nullish(),
  company_id: id.nullish(),
  page_id: id.nullish(),
  /** Seconds since 1970. */
  created_at: z
    .int()
    .min(0)
    .max(253_402_300_799)
    .transform((seconds) => new Date(seconds * 1000))
    .nullish(),
});

/** What Whop sends today. `company_id` is named `account_id` on webhooks pinned to 2026-08-14 or later. */
export const WhopEvent = z.object({
  type: z.string().min(1),
  timestamp: moment,
  company_id: id.nullish(),
  account_id: id.nullish(),
  data: z.unknown().optional(),
});

/** Whop's older form and the owner's name the event `action`. */
export const ActionEvent = z.object({ action: z.string().min(1), data: z.unknown().optional() });

export const OwnerData = z.object({
  id: messageId.optional(),
  user_id: id,
  experience_id: id,
  content: z.string().max(100_000).nullish(),
  created_at: moment,
});
