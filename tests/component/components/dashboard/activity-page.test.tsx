import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { Theme } from "frosted-ui";
import { ActivityPage } from "@/components/dashboard/activity/activity-page";
import { SyncNotice } from "@/components/dashboard/activity/sync-notice";
import { Providers } from "@/components/providers";
import { LocaleProvider } from "@/components/ui/locale-context";
import type { BackFill } from "@/services/activity/back-fill/back-fill";
import type { FreshFeature, Freshness } from "@/services/activity/freshness";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";

// jsdom has none; a switch makes one of every click.
beforeAll(() => Object.assign(window, { PointerEvent: MouseEvent }));
beforeEach(() => readerHas({ width: 1280, reducedMotion: true }));

const NOW = Date.parse("2026-11-21T12:00:00Z");
const ago = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

function aFeature(more: Partial<FreshFeature> = {}): FreshFeature {
  return {
    feature: "chat",
    permission: "chat:read",
    lastRunAt: ago(40),
    caughtUpTo: ago(40),
    nextRunAt: ago(-140),
    problem: null,
    problemSince: null,
    lastError: null,
    counts: { read: 1_204, recorded: 12, removed: 3, requests: 40 },
    ...more,
  };
}

function aBackFill(more: Partial<BackFill> = {}): BackFill {
  return {
    state: "reading",
    startedAt: ago(60),
    finishedAt: null,
    since: ago(90 * 86_400),
    read: 2_300,
    counted: 0,
    recorded: 0,
    xp: 0,
    estimated: 5_200,
    share: 0.35,
    refused: [],
    problem: null,
    triedAgainAt: null,
    ...more,
  };
}

const OTHERS = [
  aFeature({ feature: "reactions" }),
  aFeature({ feature: "forum", permission: "forum:read" }),
  aFeature({ feature: "members", permission: "member:basic:read" }),
];

function aState(chat: Partial<FreshFeature> = {}, more: Partial<Freshness> = {}): Freshness {
  return { paused: null, isRunning: false, features: [aFeature(chat), ...OTHERS], backFill: null, ...more };
}

function show(first: Freshness, { canChange = true } = {}) {
  return render(
    <Theme appearance="inherit" hasBackground={false}>
      <LocaleProvider locale="en">
        <Providers>
          <ActivityPage companyId="biz_1" first={first} canChange={canChange} timeZone="Europe/Berlin" now={NOW} />
        </Providers>
      </LocaleProvider>
    </Theme>,
  );
}

const press = (name: string | RegExp) => act(async () => fireEvent.click(screen.getByRole("button", { name })));
const rowOf = (name: string) => screen.getByRole("heading", { level: 3, name }).closest("li") as HTMLElement; // a list's row
const inBackFill = (backFill: BackFill) => {
  show(aState({}, { backFill }));
  return screen.getByRole("heading", { level: 2, name: /90 days/ }).closest("section") as HTMLElement; // the panel's own
};

test("the page says how fresh all of it is, and of each thing what was read, counted and taken back", () => {
  show(aState());
  expect(screen.getByText("Everything members do here is counted, up to 40 s ago.")).toBeInTheDocument();
  expect(rowOf("Chat")).toHaveTextContent(/Up to date 40.s ago.*Looked at1,204Found12Taken back3/);
  expect(rowOf("Chat")).toHaveTextContent(/Last check today at 12:59.PM/);
  expect(rowOf("Members")).not.toHaveTextContent("Taken back");
});

test("how fresh what members do is does not go by the hourly look at who is here", () => {
  const members = aFeature({ feature: "members", permission: "member:basic:read", caughtUpTo: ago(3_000) });
  show({ ...aState(), features: [aFeature(), ...OTHERS.slice(0, 2), members] });
  expect(screen.getByText("Everything members do here is counted, up to 40 s ago.")).toBeInTheDocument();
  expect(rowOf("Members")).toHaveTextContent(/Up to date 50.min ago/);
});

test.each<[string, Partial<FreshFeature>, RegExp]>([
  ["nobody has read for long", { caughtUpTo: ago(1_500), nextRunAt: ago(1_400) }, /25.min behind/],
  ["is read for the first time", { caughtUpTo: null }, /First reading/],
  [
    "lacks a permission",
    { problem: "no_permission" },
    /Needs a permission.*may not read chats.*then Apps, then WEE5, and allow chat:read\. Then check now\./,
  ],
  ["Whop does not know", { problem: "not_found" }, /Not found at Whop.*Install WEE5 again in Whop, then check now\./],
  [
    "Whop does not answer for",
    { problem: "unavailable" },
    /Whop does not answer.*Checked again today at 1:02.PM\. Whatever happens until then is read then\./,
  ],
  ["has to wait", { problem: "rate_limited" }, /Waiting for Whop.*asked us to wait\. Checked again today at 1:02.PM/],
  [
    "was not shown to its end",
    { problem: "error", lastError: "stuck_cursor" },
    /Could not be read.*did not show its list to the end \(stuck cursor\)\. Read again from the beginning today/,
  ],
  ["we fail at", { problem: "error", lastError: "internal" }, /WEE5 itself has failed here.*code “chat internal”/],
])("a thing that %s says so, and what comes next", (_, chat, words) => {
  show(aState(chat));
  expect(rowOf("Chat")).toHaveTextContent(words);
});

test("a moderator reads what an admin can do about it, and finds nothing to press", () => {
  show(aState({ problem: "no_permission" }), { canChange: false });
  expect(rowOf("Chat")).toHaveTextContent("An admin can allow chat:read for WEE5 in Whop, under Apps.");
  expect(screen.getByText(/Admins of this community can change it/)).toBeInTheDocument();
  expect(screen.getByText("An admin of this community can start it here.")).toBeInTheDocument();
  expect(screen.queryByRole("button")).toBeNull();
});

test("before the first reading the page says what will happen, and an admin need not wait for it", async () => {
  const none = { lastRunAt: null, caughtUpTo: null, nextRunAt: null };
  const features = [aFeature(none), ...OTHERS.map((one) => ({ ...one, ...none }))];
  const asked = apiAnswers(() => ({ json: aState() }));
  show({ ...aState(), features });
  expect(screen.getByText("Nothing has been read yet")).toBeInTheDocument();
  await press("Check now");
  expect(asked[0]).toMatchObject({
    method: "POST",
    path: "/api/sync",
    json: { experienceId: "biz_1", action: "check" },
  });
  expect(await screen.findByRole("heading", { level: 3, name: "Chat" })).toBeInTheDocument();
});

test.each<[string, Freshness, string]>([
  [
    "something new",
    aState({ counts: { read: 9, recorded: 14, removed: 4, requests: 1 } }),
    "Checked: 2 new, 1 taken back",
  ],
  ["nothing new", aState(), "Checked: nothing new"],
  ["no end yet", aState({}, { isRunning: true }), "Still reading. What it finds shows up here"],
])("a check that finds %s says so", async (_, after, words) => {
  apiAnswers(() => ({ json: after }));
  show(aState());
  await press("Check now");
  expect(await screen.findByText(words)).toBeInTheDocument();
});

test("a check that was refused says why, and the page stays as it was", async () => {
  const message = "Too many requests. Wait a moment.";
  apiAnswers(() => ({ status: 429, json: { error: { code: "rate_limited", message } } }));
  show(aState());
  await press("Check now");
  expect(await screen.findByText("Not checked")).toBeInTheDocument();
  expect(screen.getByText(message)).toBeInTheDocument();
  expect(rowOf("Chat")).toBeInTheDocument();
});

test("a community that has taken WEE5 out is told since when, and until when what was read is kept", () => {
  const paused = { since: ago(3 * 86_400), forgetsAt: ago(-27 * 86_400), isForgotten: false };
  show(aState({ problem: "not_found" }, { paused }));
  expect(screen.getByText("Whop shows nothing of this community since November 18")).toBeInTheDocument();
  expect(screen.getByText(/is deleted on December 18; XP, levels and rewards are kept/)).toBeInTheDocument();
});

describe("the time before", () => {
  test("is counted only after the reader has been told what it leads to", async () => {
    const asked = apiAnswers(() => ({
      json: aState({}, { backFill: aBackFill({ read: 0, estimated: null, share: 0 }) }),
    }));
    show(aState());
    expect(screen.getByRole("heading", { name: "The time before WEE5 is not counted" })).toBeInTheDocument();
    expect(screen.getByText(/Levels reached through it pay their rewards like any other/)).toBeInTheDocument();
    await press("Count the last 90 days");
    const dialog = await screen.findByRole("alertdialog", { name: "Count the last 90 days?" });
    expect(dialog).toHaveTextContent("what has been counted by then stays");
    expect(asked).toEqual([]);
    await press("Count them");
    expect(asked[0]?.json).toEqual({ experienceId: "biz_1", action: "start_back_fill" });
    expect(await screen.findByRole("heading", { name: "Reading the last 90 days" })).toBeInTheDocument();
    await waitFor(() => expect(screen.queryByRole("alertdialog")).toBeNull());
  });

  test("says how much has been read, and about how much there is", () => {
    const panel = within(inBackFill(aBackFill()));
    expect(panel.getByRole("heading")).toHaveTextContent("Reading the last 90 days: 2,300 found so far");
    expect(panel.getByText(/About 5,200 in all/)).toBeInTheDocument();
    const bar = panel.getByRole("progressbar", { name: "Counting the last 90 days" });
    expect(bar).toHaveAttribute("aria-valuenow", "35");
    expect(bar).toHaveAttribute("aria-valuetext", expect.stringContaining("2,300 read"));
  });

  test.each<[string, Partial<BackFill>, RegExp]>([
    ["counting", { state: "counting", counted: 1_200, share: 0.9 }, /Counting the last 90 days: 1,200 of 2,300/],
    ["waiting for Whop", { triedAgainAt: ago(-60) }, /Whop does not answer\. It goes on by itself today at 1:01.PM\./],
    [
      "done",
      { state: "done", finishedAt: ago(0), counted: 2_300, recorded: 1_610, xp: 32_000, share: 1 },
      /are counted1,610 counted, \+32,000.XP, 690 more had been counted before\. Ended today at 1:00.PM\./,
    ],
    [
      "failed for want of a permission",
      { state: "failed", problem: "no_permission", refused: ["forum"], counted: 10, recorded: 10, xp: 200 },
      /counted in part10 counted, \+200.XP\. WEE5 may not read forums here\..*allow forum:read\. Then start again\./,
    ],
    [
      "given up",
      { state: "failed", problem: "unavailable", finishedAt: ago(0) },
      /could not be countedNothing was counted\. Whop did not answer for a day\./,
    ],
    [
      "stopped",
      { state: "cancelled", finishedAt: ago(0), counted: 300, recorded: 300, xp: 900 },
      /was stopped300 counted, \+900.XP\. What was counted stays\. Begun again, nothing counts twice\./,
    ],
  ])("when it is %s, says so and what comes next", (_, backFill, words) => {
    expect(inBackFill(aBackFill(backFill))).toHaveTextContent(words);
  });

  test("can be stopped while it is under way, after a word on what stays", async () => {
    const asked = apiAnswers(() => ({ json: aState({}, { backFill: aBackFill({ state: "cancelled" }) }) }));
    show(aState({}, { backFill: aBackFill() }));
    await press("Stop");
    expect(await screen.findByRole("alertdialog")).toHaveTextContent(
      "What has been counted stays. What has only been read is not counted.",
    );
    fireEvent.click(within(screen.getByRole("alertdialog")).getByRole("button", { name: "Stop" }));
    expect(await screen.findByRole("heading", { name: "Counting the last 90 days was stopped" })).toBeInTheDocument();
    expect(asked[0]?.json).toEqual({ experienceId: "biz_1", action: "stop_back_fill" });
  });

  test("moves on by itself while the page is open", async () => {
    apiAnswers(() => ({ json: aState({}, { backFill: aBackFill({ state: "counting", counted: 2_000 }) }) }));
    show(aState({}, { backFill: aBackFill() }));
    expect(
      await screen.findByText("Counting the last 90 days: 2,000 of 2,300", {}, { timeout: 20_000 }),
    ).toBeInTheDocument();
  }, 30_000);
});

test("a page that gets no answer any more says so, and that counting goes on", async () => {
  apiAnswers(() => undefined);
  show(aState({}, { isRunning: true }));
  expect(
    await screen.findByText(/could not be brought up to date.*counting goes on meanwhile/, {}, { timeout: 25_000 }),
  ).toBeInTheDocument();
}, 30_000);

describe("on the overview", () => {
  const notice = (freshness: Freshness) => render(<SyncNotice companyId="biz_1" freshness={freshness} now={NOW} />);

  test("nothing stands there while all is well, nor for what has only just gone wrong", () => {
    expect(notice(aState()).container).toBeEmptyDOMElement();
    expect(notice(aState({ problem: "unavailable", problemSince: ago(60) })).container).toBeEmptyDOMElement();
  });

  test.each<[string, Freshness, string]>([
    ["a missing permission", aState({ problem: "no_permission" }), "WEE5 may not read chats here"],
    ["what lasts", aState({ problem: "unavailable", problemSince: ago(1_200) }), "Reading chats is behind"],
    [
      "an uninstalled app",
      aState({}, { paused: { since: ago(60), forgetsAt: ago(-60), isForgotten: false } }),
      "WEE5 cannot see this community",
    ],
  ])("%s is named there, with the way to what to do", (_, freshness, title) => {
    notice(freshness);
    expect(screen.getByText(title)).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "What to do" })).toHaveAttribute("href", "/dashboard/biz_1/activity");
  });
});

test.each<[string, Freshness]>([
  ["all is well", aState({}, { backFill: aBackFill() })],
  [
    "something is wrong",
    aState({ problem: "no_permission" }, { paused: { since: ago(9), forgetsAt: ago(0), isForgotten: true } }),
  ],
  [
    "nothing has been read",
    { ...aState(), features: [aFeature({ lastRunAt: null, caughtUpTo: null, nextRunAt: null })] },
  ],
])("axe finds nothing when %s", async (_, freshness) => {
  const { container } = show(freshness);
  expect(await findingsOf(container)).toEqual([]);
});
