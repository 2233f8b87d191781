import type { NotificationProblem, StoredNotificationSettings } from "@/services/notifications/notifications.schema";
import {
  PLACEHOLDERS,
  renderTemplate,
  SAMPLE_VALUES,
  TEMPLATE_MAX_LENGTH,
  unknownPlaceholders,
} from "@/services/notifications/render-template";

/** What is chosen on the page, saved or not. */
export type SettingsDraft = StoredNotificationSettings;

export type Part = keyof SettingsDraft;

/** What of it differs from what is saved. */
export function changedParts(draft: SettingsDraft, saved: SettingsDraft): Set<Part> {
  const parts = Object.keys(draft) as Part[]; // made by us, with these keys alone
  return new Set(parts.filter((part) => JSON.stringify(draft[part]) !== JSON.stringify(saved[part])));
}

/** What keeps the draft from being saved, by field. */
export type DraftProblems = {
  chat?: string;
  announcementTemplate?: string;
  directMessageTemplate?: string;
  quietHours?: string;
  cooldown?: string;
};

export function problemsOf(draft: SettingsDraft, cooldownSeconds: number | null): DraftProblems {
  const { announcement, directMessage, quietHours } = draft;
  const found: [keyof DraftProblems, string | null][] = [
    ["chat", announcement.enabled && announcement.experienceId === null ? "Choose the chat to announce in." : null],
    ["announcementTemplate", templateProblem(announcement.template)],
    ["directMessageTemplate", templateProblem(directMessage.template)],
    ["quietHours", quietHours.enabled ? timesProblem(quietHours) : null],
    ["cooldown", cooldownSeconds === null ? "Give a number of seconds, 0 for none." : null],
  ];
  return Object.fromEntries(found.filter(([, problem]) => problem !== null));
}

function templateProblem(template: string): string | null {
  if (template.trim() === "") return "Write what is to be said.";
  if (template.trim().length > TEMPLATE_MAX_LENGTH) return `At most ${TEMPLATE_MAX_LENGTH} characters.`;
  const [unknown] = unknownPlaceholders(template);
  return unknown === undefined ? null : `There is no {${unknown}}. Use ${PLACEHOLDER_LIST}.`;
}

const BRACED = PLACEHOLDERS.map((placeholder) => `{${placeholder}}`);
export const PLACEHOLDER_LIST = `${BRACED.slice(0, -1).join(", ")} or ${BRACED.at(-1)}`;

function timesProblem({ from, to }: SettingsDraft["quietHours"]): string | null {
  if (from === "" || to === "") return "Give both times.";
  return from === to ? "They would last all day: let them end at another time." : null;
}

/** What members would read: at a level that pays, and at one that does not where that is something else. */
export function previewsOf(template: string): { title: string; text: string }[] {
  const paid = { title: "At a level that pays", text: renderTemplate(template, SAMPLE_VALUES) };
  if (!template.includes("{reward}")) return [{ ...paid, title: "Preview" }];
  return [
    paid,
    { title: "At one that does not", text: renderTemplate(template, { ...SAMPLE_VALUES, level: 6, reward: "" }) },
  ];
}

export const CHANNEL_NAMES: Record<NotificationProblem["channel"], string> = {
  push: "Notification",
  announcement: "Announcement",
  direct_message: "Direct message",
};
