import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { Theme } from "frosted-ui";
import { MessagesPage } from "@/components/dashboard/messages/messages-page";
import { LocaleProvider } from "@/components/ui/locale-context";
import type { NotificationSettings, NotificationSettingsAnswer } from "@/services/notifications/notifications.schema";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";

// jsdom has none; a switch makes one of every click.
beforeAll(() => Object.assign(window, { PointerEvent: MouseEvent }));
beforeEach(() => readerHas({ width: 1280, reducedMotion: true }));

const STORED: NotificationSettings = {
  levelUpPush: true,
  rewardPush: true,
  announcement: {
    enabled: true,
    experienceId: "exp_general",
    template: "{name} has reached level {level}: {rank}! Reward: {reward}. {link}",
  },
  directMessage: { enabled: false, template: "Well done, {name}!" },
  quietHours: { enabled: false, from: "22:00", to: "08:00", zone: "community" },
  commands: { enabled: true, cooldownSeconds: 15, disabledExperienceIds: [] },
  version: 3,
};

function settings(more: Partial<NotificationSettingsAnswer> = {}): NotificationSettingsAnswer {
  const chats = [
    { experienceId: "exp_general", name: "General" },
    { experienceId: "exp_intro", name: "Introductions" },
  ];
  return { ...STORED, chats, recentProblems: [], ...more };
}

function show(first = settings(), { canChange = true } = {}) {
  return render(
    <Theme appearance="inherit" hasBackground={false}>
      <LocaleProvider locale="en">
        <MessagesPage
          companyId="biz_1"
          first={first}
          canChange={canChange}
          timeZone="Europe/Berlin"
          now={Date.parse("2026-11-21T12:00:00Z")}
        />
      </LocaleProvider>
    </Theme>,
  );
}

const toggle = (name: string) => act(async () => fireEvent.click(screen.getByRole("switch", { name })));
const press = (name: string) => act(async () => fireEvent.click(screen.getByRole("button", { name })));
const template = () => screen.getByRole("textbox", { name: "Text" });
const write = (text: string) => act(async () => fireEvent.change(template(), { target: { value: text } }));
const button = (name: string) => screen.getByRole("button", { name });

test("the preview follows what is written, at a level that pays and at one that does not", async () => {
  show();
  expect(screen.getByText(/^Anna has reached level 5: Regular! Reward: 3 free days\./)).toBeInTheDocument();
  expect(screen.getByText(/^Anna has reached level 6: Regular! https/)).toBeInTheDocument();
  await write("{name} is there: {level}");
  expect(screen.getByText("Anna is there: 5")).toBeInTheDocument();
  expect(screen.queryByText("At one that does not")).toBeNull();
});

test("all of it is saved at once, with the version that was read, and then saved again from the new one", async () => {
  const asked = apiAnswers(({ json }) => ({ json: { ...(json as object), version: asked.length + 3 } }));
  show();
  expect(button("Save")).toHaveAttribute("aria-disabled", "true");
  await toggle("A level is reached");
  expect(screen.getByText("Not saved yet. It counts from the moment you save.")).toBeInTheDocument();
  await press("Save");
  expect(asked[0]).toMatchObject({ method: "PUT", path: "/api/notification-settings" });
  expect(asked[0]?.json).toEqual({ experienceId: "biz_1", ...STORED, levelUpPush: false });
  expect(screen.getByText("Saved.")).toBeInTheDocument();
  await toggle("Introductions");
  await press("Save");
  expect(asked[1]?.json).toMatchObject({ version: 4, commands: { disabledExperienceIds: ["exp_intro"] } });
});

test("what is not saved is marked and can be thrown away", async () => {
  show();
  await toggle("Answer commands");
  expect(screen.getByText("Not saved yet")).toBeInTheDocument();
  await press("Discard");
  expect(screen.getByRole("switch", { name: "Answer commands" })).toBeChecked();
  expect(screen.queryByText("Not saved yet")).toBeNull();
});

test.each([
  [
    "a placeholder that there is none of",
    () => write("Hello {nmae}"),
    "There is no {nmae}. Use {name}, {level}, {rank}, {reward} or {link}.",
  ],
  ["a template that says nothing", () => write("  "), "Write what is to be said."],
  [
    "a cooldown that is no number",
    () =>
      act(async () =>
        fireEvent.change(screen.getByRole("textbox", { name: "Between two answers to a member" }), {
          target: { value: "" },
        }),
      ),
    "Give a number of seconds, 0 for none.",
  ],
])("%s is said to be in the way, and not sent", async (_, change, words) => {
  const asked = apiAnswers(() => ({ json: {} }));
  show();
  await change();
  expect(screen.getByText(words)).toBeInTheDocument();
  expect(screen.getByText("Something is missing above.")).toBeInTheDocument();
  await press("Save");
  expect(asked).toEqual([]);
});

test("an announcement needs a chat", () => {
  show(settings({ announcement: { ...STORED.announcement, experienceId: null } }));
  expect(screen.getByText("Choose the chat to announce in.")).toBeInTheDocument();
});

test("quiet hours say by whose clock, and must end", async () => {
  show();
  await toggle("Keep quiet hours");
  expect(screen.getByText("Europe/Berlin, as in the set-up.")).toBeInTheDocument();
  await act(async () => fireEvent.click(screen.getByRole("radio", { name: "Each member's" })));
  expect(screen.getByText("Where it is not known: Europe/Berlin.")).toBeInTheDocument();
  fireEvent.change(screen.getByLabelText("To"), { target: { value: "22:00" } });
  expect(screen.getByText("They would last all day: let them end at another time.")).toBeInTheDocument();
});

test("who comes second to another admin is told, and offered the settings as they are now", async () => {
  apiAnswers(({ method }) =>
    method === "PUT"
      ? {
          status: 409,
          json: { error: { code: "conflict", message: "Somebody else has just changed these settings." } },
        }
      : { json: { ...settings({ rewardPush: false }), version: 4 } },
  );
  show();
  await toggle("A level is reached");
  await press("Save");
  expect(screen.getByText("Not saved: Somebody else has just changed these settings.")).toBeInTheDocument();
  expect(screen.getByRole("switch", { name: "A level is reached" })).not.toBeChecked();
  await press("Load again");
  expect(screen.getByRole("switch", { name: "A level is reached" })).toBeChecked();
  expect(screen.getByRole("switch", { name: "A reward has arrived" })).not.toBeChecked();
});

test("while Whop does not say which chats there are, the chosen one is kept", () => {
  show(settings({ chats: null }));
  expect(screen.getByText("The chosen chat")).toBeInTheDocument();
  expect(screen.getAllByText(/Whop does not answer right now/)).toHaveLength(2);
});

test("moderators read, and can change nothing", () => {
  show(settings(), { canChange: false });
  expect(screen.getByText(/Admins of this community can change them/)).toBeInTheDocument();
  expect(template()).toBeDisabled();
  expect(screen.queryByRole("button", { name: "Save" })).toBeNull();
});

test("what did not go out says why, and how often", () => {
  const recentProblems = [
    {
      channel: "announcement" as const,
      message: "WEE5 may not write in this chat.",
      count: 3,
      lastAt: "2026-11-21T09:00:00Z",
    },
  ];
  show(settings({ recentProblems }));
  const panel = within(
    screen.getByRole("heading", { name: "3 messages did not go out" }).closest("section") as HTMLElement,
  );
  expect(panel.getByText("WEE5 may not write in this chat.")).toBeInTheDocument();
  expect(panel.getByText(/3 times/)).toBeInTheDocument();
});

test("axe finds nothing", async () => {
  const { container } = show(settings({ quietHours: { ...STORED.quietHours, enabled: true } }));
  expect(await findingsOf(container)).toEqual([]);
});
