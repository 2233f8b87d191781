import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { Theme } from "frosted-ui";
import { RulesPage } from "@/components/dashboard/rules/rules-page";
import { Providers } from "@/components/providers";
import { LocaleProvider } from "@/components/ui/locale-context";
import { DEFAULT_LEAVERS, DEFAULT_STREAKS } from "@/services/communities/settings.schema";
import type { NamedRules } from "@/services/rules";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";

// jsdom has none; a switch makes one of every click.
beforeAll(() => Object.assign(window, { PointerEvent: MouseEvent }));
beforeEach(() => {
  readerHas({ width: 1280, reducedMotion: true });
  Object.assign(crypto, { randomUUID: () => "new-boost" });
});

const NOW = Date.parse("2026-11-21T12:00:00Z");
const rate = { enabled: true, minXp: 20, maxXp: 20, cooldownSeconds: 60, dailyXpCap: null, minLength: 0 };
const RUNNING = {
  ...{ id: "running", name: "Double weekend", percent: 200 },
  startsAt: "2026-11-20T23:00:00.000Z",
  endsAt: "2026-11-22T23:00:00.000Z",
};
const OVER = {
  ...{ id: "over", name: "Black Friday", percent: 300 },
  startsAt: "2026-11-12T23:00:00.000Z",
  endsAt: "2026-11-13T23:00:00.000Z",
};

function rules(more: Partial<NamedRules> = {}): NamedRules {
  return {
    actions: {
      message: rate,
      post: { ...rate, minXp: 15, maxXp: 25 },
      reaction_received: { ...rate, enabled: false, minXp: 2, maxXp: 2 },
    },
    dailyXpCap: null,
    paused: false,
    excludedExperienceIds: ["exp_off"],
    excludedUserIds: [],
    excludedMembers: [],
    multipliers: { channels: { exp_wins: 150 }, roles: { moderator: 200 }, boosts: [RUNNING, OVER] },
    streaks: DEFAULT_STREAKS,
    leavers: DEFAULT_LEAVERS,
    version: 3,
    tier: "premium",
    timeZone: "Europe/Berlin",
    places: [
      { experienceId: "exp_wins", name: "Wins", kind: "chat" },
      { experienceId: "exp_off", name: "Off-topic", kind: "chat" },
      { experienceId: "exp_forum", name: "Critique", kind: "forum" },
    ],
    hasAllPlaces: true,
    ...more,
  };
}

function show(first = rules(), { canChange = true } = {}) {
  return render(
    <Theme appearance="inherit" hasBackground={false}>
      <LocaleProvider locale="en">
        <Providers>
          <RulesPage companyId="biz_1" first={first} canChange={canChange} now={NOW} />
        </Providers>
      </LocaleProvider>
    </Theme>,
  );
}

const SAVE = "Save, from now on";
const field = (name: string) => screen.getByRole("textbox", { name });
/** Writes and leaves the field, as who goes on to another one does. */
const write = (name: string, value: string) =>
  act(async () => {
    fireEvent.change(field(name), { target: { value } });
    fireEvent.blur(field(name));
  });
const toggle = (name: string) => act(async () => fireEvent.click(screen.getByRole("switch", { name })));
const press = (name: string | RegExp) => act(async () => fireEvent.click(screen.getByRole("button", { name })));
const button = (name: string) => screen.getByRole("button", { name });
const set = (label: string, value: string) =>
  act(async () => fireEvent.change(screen.getByLabelText(label), { target: { value } }));
const saveAnswers = (version: number) =>
  apiAnswers(({ json }) => {
    const { experienceId: _, version: _seen, ...change } = json as Partial<NamedRules> & { experienceId: string };
    const {
      tier: _tier,
      timeZone: _zone,
      places: _places,
      hasAllPlaces: _all,
      excludedMembers: _names,
      ...stored
    } = rules();
    const actions = { ...stored.actions, ...change.actions };
    return { json: { ...stored, ...change, actions, version } };
  });

test("only what was changed is sent, with the version that was read, and then it counts from now on", async () => {
  const asked = saveAnswers(4);
  show();
  expect(button(SAVE)).toHaveAttribute("aria-disabled", "true");
  await write("Message: XP", "30");
  await toggle("Reaction received earns XP");
  expect(screen.getByText("Not saved yet. It counts from the moment you save.")).toBeInTheDocument();
  await press(SAVE);
  expect(asked).toMatchObject([{ method: "PUT", path: "/api/settings" }]);
  expect(asked[0]?.json).toEqual({
    experienceId: "biz_1",
    version: 3,
    actions: {
      message: { ...rate, minXp: 30, maxXp: 30 },
      reaction_received: { ...rate, minXp: 2, maxXp: 2 },
    },
  });
  expect(screen.getByText("Saved. It counts from now on.")).toBeInTheDocument();
  await write("Post: XP at most, empty for always the same", "40");
  await press(SAVE);
  expect(asked[1]?.json).toMatchObject({ version: 4, actions: { post: { minXp: 15, maxXp: 40 } } });
});

test("the stroke stands at each row that is not saved, and all of it can be thrown away", async () => {
  const { container } = show();
  const unsaved = () => container.querySelectorAll(".unsaved").length;
  expect(unsaved()).toBe(0);
  await write("Message: XP", "30");
  await write("Moderators: times", "3");
  await press("Remove Off-topic");
  expect(unsaved()).toBe(3);
  await press("Discard");
  expect([unsaved(), field("Message: XP")]).toMatchObject([0, { value: "20" }]);
  expect(screen.getByText("Off-topic")).toBeInTheDocument();
});

test.each([
  ["an amount that is none", () => write("Message: XP", ""), "Give a number of XP."],
  ["an amount upside down", () => write("Post: XP", "30"), "The first must not be above the second."],
  ["a factor that is none", () => write("Wins: times", ""), "Give a factor from 0 to 10."],
  ["a pause without days", () => press("Add a pause"), "Give the first and the last day."],
])("%s is said to be in the way beside its field, and not sent", async (_, change, words) => {
  const asked = apiAnswers(() => ({ json: {} }));
  show();
  await change();
  expect(screen.getByText(words)).toBeInTheDocument();
  expect(screen.getByText("Something above needs another look.")).toBeInTheDocument();
  await press(SAVE);
  expect(asked).toEqual([]);
});

test("what the server finds at fault is said beside its field, nothing is lost, and another try is allowed once it is changed", async () => {
  apiAnswers(() => ({
    status: 400,
    json: {
      error: {
        code: "bad_request",
        message: "The rules are not valid.",
        details: [{ path: "multipliers.channels.exp_wins", message: "Choose a channel of this community" }],
      },
    },
  }));
  show();
  await write("Wins: times", "2");
  await press(SAVE);
  expect(screen.getByText("Not saved: The rules are not valid.")).toBeInTheDocument();
  expect(screen.getByText("Choose a channel of this community.")).toBeInTheDocument();
  expect(field("Wins: times")).toHaveValue("2");
  await press("Remove Wins");
  expect(button(SAVE)).not.toHaveAttribute("aria-disabled", "true");
});

test("without a connection nothing is lost, and the same is sent when it is back", async () => {
  const asked = apiAnswers(() => undefined);
  show();
  await toggle("Pause XP");
  await press(SAVE);
  expect(screen.getByText("Not saved: There is no connection right now.")).toBeInTheDocument();
  expect(screen.getByRole("switch", { name: "Pause XP" })).toBeChecked();
  await press(SAVE);
  expect(asked.map(({ json }) => json)).toEqual(Array(2).fill({ experienceId: "biz_1", version: 3, paused: true }));
});

test("who comes second to another admin is told, keeps what they have changed, and sees what the other has", async () => {
  const asked = apiAnswers(({ method }) => {
    if (method === "PUT" && asked.length === 1) {
      return { status: 409, json: { error: { code: "conflict", message: "Somebody else has just changed these." } } };
    }
    const other = rules({ version: 4, leavers: { ...DEFAULT_LEAVERS, left: "keep" } });
    return { json: { ...other, actions: { ...other.actions, message: { ...rate, cooldownSeconds: 30 } } } };
  });
  show();
  await write("Message: XP", "30");
  await press(SAVE);
  expect(screen.getByText(/^Not saved: somebody else has just changed these settings\./)).toBeInTheDocument();
  expect(field("Message: XP")).toHaveValue("30");
  await press("Load again");
  expect(screen.getByText("Loaded again, with your changes on top. Look through them, then save.")).toBeInTheDocument();
  expect(field("Message: XP")).toHaveValue("30");
  expect(field("Message: cooldown in seconds")).toHaveValue("30");
  expect(screen.getAllByRole("radio", { name: "Keep" })[0]).toBeChecked();
  await press(SAVE);
  expect(asked.at(-1)?.json).toEqual({
    experienceId: "biz_1",
    version: 4,
    actions: { message: { ...rate, minXp: 30, maxXp: 30, cooldownSeconds: 30 } },
  });
});

test("the example follows every change", async () => {
  show();
  expect(screen.getByText("A message in Wins by a moderator during Double weekend")).toBeInTheDocument();
  expect(screen.getByText(/^20 × 1\.5 × 2 × 2 = 120\sXP$/)).toBeInTheDocument();
  await write("Wins: times", "0");
  expect(screen.getByText(/^20 × 0 × 2 × 2 = 0\sXP$/)).toBeInTheDocument();
});

describe("a boost", () => {
  const rowOf = (name: string) => screen.getAllByText(name)[0]?.closest("li") as HTMLElement; // rows are list items

  test("says whether it is to come, runs or is over, by the community's clock", () => {
    show();
    expect(screen.getByRole("heading", { name: "A boost runs" })).toBeInTheDocument();
    expect(rowOf("Double weekend")).toHaveTextContent("Running · November 21, 12:00 AM to November 23, 12:00 AM");
    expect(rowOf("Black Friday")).toHaveTextContent("Over ·");
    expect(within(rowOf("Black Friday")).queryByRole("button", { name: /Edit/ })).toBeNull();
  });

  test("is added with its times as they are where the community is, and saved with the rest", async () => {
    const asked = saveAnswers(4);
    show();
    await press("Add a boost");
    await press("This weekend");
    expect(screen.getByLabelText("Starts")).toHaveValue("2026-11-21T13:00");
    expect(screen.getByLabelText("Ends")).toHaveValue("2026-11-23T00:00");
    await set("Name", "Quick one");
    await set("Ends", "2026-11-22T20:30");
    await press("Add boost");
    expect(rowOf("Quick one")).toHaveTextContent("× 2");
    await press(SAVE);
    expect(asked[0]?.json).toMatchObject({
      multipliers: {
        boosts: [
          RUNNING,
          OVER,
          {
            id: "new-boost",
            name: "Quick one",
            percent: 200,
            startsAt: "2026-11-21T12:00:00.000Z",
            endsAt: "2026-11-22T19:30:00.000Z",
          },
        ],
      },
    });
  });

  test("at a time that there is not is not taken, and at one that comes twice it is said which is meant", async () => {
    show();
    await press("Add a boost");
    await set("Name", "Night");
    await set("Starts", "2027-03-28T02:30");
    await set("Ends", "2027-03-28T09:00");
    expect(screen.getByText(/^There is no 2:30 AM on that day/)).toBeInTheDocument();
    await press("Add boost");
    expect(screen.getByRole("dialog")).toBeInTheDocument();
    await set("Starts", "2027-10-31T02:30");
    await set("Ends", "2027-11-01T00:00");
    expect(screen.getByText(/^2:30 AM comes twice on that day.*the first is meant, UTC\+2\.$/)).toBeInTheDocument();
    await press("Add boost");
    expect(rowOf("Night")).toHaveTextContent("Scheduled");
  });

  test("that runs is ended now, and one that is over is removed after a question", async () => {
    const asked = saveAnswers(4);
    show();
    await press("End now Double weekend");
    expect(rowOf("Double weekend")).toHaveTextContent("Over");
    await press("Remove Black Friday");
    expect(screen.getByRole("alertdialog")).toHaveTextContent("What members earned with it they keep.");
    await act(async () =>
      fireEvent.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Remove" })),
    );
    expect(screen.queryByText("Black Friday")).toBeNull();
    await press(SAVE);
    expect(asked[0]?.json).toMatchObject({
      multipliers: { boosts: [{ ...RUNNING, endsAt: new Date(NOW).toISOString() }] },
    });
  });

  test("that is changed in its sheet leaves the page's form alone until it is done", async () => {
    const asked = apiAnswers(() => ({ json: {} }));
    show();
    await press("Edit Double weekend");
    await set("Name", "");
    await press("Change boost");
    expect(screen.getByText("Give it a name: members read it.")).toBeInTheDocument();
    await set("Name", "Triple weekend");
    await press("Change boost");
    expect(rowOf("Triple weekend")).toHaveTextContent("not saved yet");
    expect(asked).toEqual([]);
  });
});

describe("in a free community", () => {
  test("the real rules are shown and what is Premium is locked; a pause and leavers are not", async () => {
    const asked = saveAnswers(4);
    show(rules({ tier: "free" }));
    expect(screen.getByText("Own rules are part of Premium")).toBeInTheDocument();
    expect(field("Message: XP")).toBeDisabled();
    expect(screen.getByRole("switch", { name: "Message earns XP" })).toHaveAttribute("aria-disabled", "true");
    await toggle("Message earns XP");
    await toggle("Count streaks");
    expect(screen.queryByRole("button", { name: "Add a boost" })).toBeNull();
    await toggle("Pause XP");
    await act(async () => fireEvent.click(screen.getAllByRole("radio", { name: "Keep" })[0] as HTMLElement));
    await press(SAVE);
    expect(asked[0]?.json).toEqual({
      experienceId: "biz_1",
      version: 3,
      paused: true,
      leavers: { ...DEFAULT_LEAVERS, left: "keep" },
    });
  });
});

test("moderators read, and can change nothing", async () => {
  show(rules(), { canChange: false });
  expect(screen.getByText(/^You can read these rules\./)).toBeInTheDocument();
  expect(field("Message: XP")).toBeDisabled();
  await toggle("Pause XP");
  await act(async () => fireEvent.click(screen.getAllByRole("radio", { name: "Keep" })[0] as HTMLElement));
  expect(screen.getByRole("switch", { name: "Pause XP" })).not.toBeChecked();
  expect(screen.queryByText("Not saved yet")).toBeNull();
  for (const name of [SAVE, "Discard", "Add a boost"]) expect(screen.queryByRole("button", { name })).toBeNull();
});

describe("who earns nothing", () => {
  const EXCLUDED = {
    excludedUserIds: ["user_bot", "user_gone"],
    excludedMembers: [
      { userId: "user_bot", name: "Autoposter", username: "autoposter" },
      { userId: "user_gone", name: null, username: null },
    ],
  };
  const KOFI = { user_id: "user_kofi", name: "Kofi Mensah", username: "kofi" };

  test("is named, is let in again and put out, and only that is sent", async () => {
    const asked = apiAnswers(({ method, path, json }) => {
      if (path === "/api/leaderboard") return { json: { leaderboard: [KOFI] } };
      expect(method).toBe("PUT");
      return { json: { ...rules(EXCLUDED), ...(json as object), version: 4 } };
    });
    show(rules(EXCLUDED));
    expect(screen.getByRole("heading", { name: "2 members earn nothing" })).toBeInTheDocument();
    expect(screen.getByText("Autoposter (@autoposter)")).toBeInTheDocument();
    expect(asked).toEqual([]);
    await press("Let user_gone earn XP again");
    await press("Exclude a member");
    const search = screen.getByRole("combobox", { name: "Member to exclude" });
    expect(search).toHaveFocus();
    await act(async () => fireEvent.input(search, { target: { value: "kof" }, inputType: "insertText" }));
    await act(async () => fireEvent.click(await screen.findByRole("option", { name: "Kofi Mensah (@kofi)" })));
    expect(screen.getByText("Kofi Mensah (@kofi)").closest("li")).toHaveClass("unsaved");
    expect(screen.getByRole("button", { name: "Exclude a member" })).toHaveFocus();
    await press(SAVE);
    expect(asked.at(-1)?.json).toEqual({
      experienceId: "biz_1",
      version: 3,
      excludedUserIds: ["user_bot", "user_kofi"],
    });
    expect(screen.getByText("Kofi Mensah (@kofi)").closest("li")).not.toHaveClass("unsaved");
  });

  test("by two admins at once is whom either of them has named", async () => {
    const theirs = {
      excludedUserIds: ["user_bot"],
      excludedMembers: [{ userId: "user_bot", name: "Autoposter", username: null }],
    };
    const asked = apiAnswers(({ method, path, json }) => {
      if (path === "/api/leaderboard") return { json: { leaderboard: [KOFI] } };
      if (method === "GET") return { json: rules({ ...theirs, version: 4 }) };
      if ((json as { version: number }).version === 3)
        return { status: 409, json: { error: { code: "conflict", message: "Load them again." } } };
      return { json: { ...rules(theirs), ...(json as object), version: 5 } };
    });
    show();
    await press("Exclude a member");
    const search = screen.getByRole("combobox", { name: "Member to exclude" });
    await act(async () => fireEvent.input(search, { target: { value: "user_new" }, inputType: "insertText" }));
    await act(async () => fireEvent.click(await screen.findByRole("option", { name: "user_new" })));
    await press(SAVE);
    await press("Load again");
    expect(screen.getByText("Autoposter")).toBeInTheDocument();
    await press(SAVE);
    expect(asked.at(-1)?.json).toMatchObject({ version: 4, excludedUserIds: ["user_bot", "user_new"] });
  });

  test("is read by moderators and by who has no Premium, and changed by neither", () => {
    const { unmount } = show(rules(EXCLUDED), { canChange: false });
    expect(screen.getByText("Autoposter (@autoposter)")).toBeInTheDocument();
    expect(screen.queryByRole("button", { name: "Exclude a member" })).toBeNull();
    unmount();
    show(rules({ ...EXCLUDED, tier: "free" }));
    expect(screen.queryByRole("button", { name: /earn XP again$/ })).toBeNull();
  });
});

test("a channel that is gone, and places that Whop does not tell now, are said to be so", () => {
  const { unmount } = show(rules({ places: [] }));
  expect(screen.getAllByText("A channel that is gone")).toHaveLength(2);
  unmount();
  show(rules({ places: [], hasAllPlaces: false }));
  expect(screen.getAllByText("A channel whose name Whop would know")).toHaveLength(2);
  expect(screen.getByText(/^Whop does not answer right now/)).toBeInTheDocument();
});

test.each([
  ["as it is", () => Promise.resolve()],
  ["with problems", () => write("Message: XP", "")],
  ["with a sheet", () => press("Add a boost")],
  ["with a question", () => press("Remove Black Friday")],
])("axe finds nothing %s", async (_, change) => {
  const { baseElement } = show();
  await change();
  expect(await findingsOf(baseElement)).toEqual([]);
});
