import { z } from "zod";
import { experienceId } from "@/lib/http/fields";
import { isTimeZone } from "@/services/communities/settings.schema";
import { TEMPLATE_MAX_LENGTH, unknownPlaceholders } from "@/services/notifications/render-template";

const chatId = z.string().regex(/^exp_\w{1,59}$/);
/** A time of day, such as 22:00. */
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "Write a time as 22:00");

const template = z
  .string()
  .trim()
  .min(1, "Write what is to be said")
  .max(TEMPLATE_MAX_LENGTH, `At most ${TEMPLATE_MAX_LENGTH} characters`)
  .superRefine((text, context) => {
    const [unknown] = unknownPlaceholders(text);
    if (unknown === undefined) return;
    context.addIssue({
      code: "custom",
      message: `There is no {${unknown}}. Use {name}, {level}, {rank}, {reward} or {link}.`.slice(0, 200),
    });
  });

const fields = {
  levelUpPush: z.boolean(),
  rewardPush: z.boolean(),
  announcement: z
    .strictObject({
      enabled: z.boolean(),
      /** The chat that it is written into. */
      experienceId: chatId.nullable(),
      template,
    })
    .refine(({ enabled, experienceId }) => !enabled || experienceId !== null, {
      message: "Choose the chat to announce in",
      path: ["experienceId"],
    }),
  directMessage: z.strictObject({ enabled: z.boolean(), template }),
  quietHours: z
    .strictObject({
      enabled: z.boolean(),
      from: timeOfDay,
      /** Earlier than `from`: on the next day. */
      to: timeOfDay,
      /** Whose clock. A member whose zone is not known has the community's. */
      zone: z.enum(["community", "member"]),
    })
    .refine(({ enabled, from, to }) => !enabled || from !== to, {
      message: "Quiet hours that end when they begin would be all day",
      path: ["to"],
    }),
  commands: z.strictObject({
    enabled: z.boolean(),
    cooldownSeconds: z.int().min(0).max(3_600),
    /** Chats in which commands are left unanswered. */
    disabledExperienceIds: z.array(chatId).max(200),
  }),
};

/** What a community tells its members, as it is stored. */
export const StoredNotificationSettings = z.strictObject(fields);
export type StoredNotificationSettings = z.infer<typeof StoredNotificationSettings>;

/** With the version that a change must name. */
export const NotificationSettings = z.strictObject({ ...fields, version: z.int().min(1) });
export type NotificationSettings = z.infer<typeof NotificationSettings>;

/** A chat of the community, in which can be announced. */
export type Chat = { experienceId: string; name: string };

/** Messages that did not go out for the same reason, of the last seven days. */
export type NotificationProblem = {
  channel: "push" | "announcement" | "direct_message";
  /** For the creator. */
  message: string;
  count: number;
  /** ISO 8601. */
  lastAt: string;
};

export type NotificationSettingsAnswer = NotificationSettings & {
  /** Null while Whop cannot be asked. */
  chats: Chat[] | null;
  recentProblems: NotificationProblem[];
};

export const NotificationSettingsQuery = z.strictObject({ experienceId });
/** All settings at once, with the version that was read. */
export const NotificationSettingsChange = z.strictObject({ experienceId, ...fields, version: z.int().min(1) });

export const PreferencesQuery = z.strictObject({ experienceId });
export const PreferencesChange = z.strictObject({
  experienceId,
  notifications: z.boolean(),
  /** Whether to be told in the evening that a streak would end at midnight; where it is left out it stays as it was. */
  streakWarning: z.boolean().optional(),
  /** For quiet hours; null where it is not known. */
  timeZone: z
    .string()
    .max(64)
    .refine(isTimeZone, { message: "Not an IANA time zone such as Europe/Berlin" })
    .nullable(),
});

/** What a member wishes to be told. */
export type Preferences = { notifications: boolean; streakWarning: boolean; timeZone: string | null };
export type PreferencesSaid = Omit<Preferences, "streakWarning"> & { streakWarning?: boolean };
