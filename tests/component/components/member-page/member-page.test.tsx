import "@testing-library/jest-dom";
import { act, configure, fireEvent, render, screen, within } from "@testing-library/react";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { MemberPage } from "@/components/member-page/member-page";
import type { MemberPageData } from "@/components/member-page/member-page-data";
import { Providers } from "@/components/providers";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { apiAnswers } from "@/tests/support/page-api";
import { aBoard, VIEWER } from "@/tests/support/sample-board";
import {
  aCard,
  aLadder,
  anEntry,
  aProfile,
  aRate,
  aRung,
  NOTHING_MULTIPLIED,
  RANK_NAMES,
} from "@/tests/support/sample-member";

configure({ asyncUtilTimeout: 10_000 });

beforeAll(() => {
  window.PointerEvent ??= MouseEvent as typeof PointerEvent;
});

beforeEach(() => {
  readerHas({ reducedMotion: true });
  window.history.replaceState(null, "", "/experiences/exp_1");
  // jsdom lays nothing out: nothing is ever on the screen.
  window.IntersectionObserver = class {
    observe() {
      return undefined;
    }
    disconnect() {
      return undefined;
    }
  } as unknown as typeof IntersectionObserver;
});

afterEach(() => jest.useRealTimers());

const NOW = Date.parse("2026-11-20T12:00:00Z");
const history = (...ids: string[]) => ({
  entries: ids.map((activityId) => anEntry("2026-11-20T11:58:00Z", { activityId })),
  days: [{ day: "2026-11-20", xp: 20 * ids.length }],
  nextCursor: null,
  timeZone: "UTC",
});

function pageData(more: Partial<MemberPageData> = {}): MemberPageData {
  return {
    experienceId: "exp_1",
    viewer: VIEWER,
    title: "Northlight Creators",
    timeZone: "UTC",
    chat: null,
    card: aCard(240),
    ladder: aLadder(),
    board: aBoard(),
    history: history("activity_a"),
    rates: { rates: [aRate()], dailyXpCap: null, paused: false, multipliers: NOTHING_MULTIPLIED },
    boosts: [],
    rankNames: RANK_NAMES,
    // No Realtime: the page asks by itself, so what it learns comes by polling.
    realtime: null,
    now: NOW,
    ...more,
  };
}

function show(data = pageData()) {
  return render(
    <Providers>
      <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
        <MemberPage data={data} />
      </WhopFrameProvider>
    </Providers>,
  );
}

const passSeconds = (seconds: number) => act(() => jest.advanceTimersByTimeAsync(seconds * 1_000));

test("a page that is not live says so quietly, and equals the database 15 s later", async () => {
  jest.useFakeTimers();
  const asked = apiAnswers(({ path }) => {
    if (path === "/api/me")
      return { json: { card: aCard(250, { version: 2, rank: 16 }), ladder: aLadder(), boosts: [] } };
    if (path === "/api/history") return { json: history("activity_b", "activity_a") };
    return { json: aBoard({ members: 41 }) };
  });
  show();
  expect(screen.getByText("Not live right now. Checking every 15 s.")).toBeInTheDocument();
  await passSeconds(14);
  expect(asked).toEqual([]);
  await passSeconds(2);
  expect(asked.map(({ path }) => path).sort()).toEqual(["/api/history", "/api/leaderboard", "/api/me"]);
  expect(screen.getByText("41 members")).toBeInTheDocument();
  const panel = document.getElementById("panel-history") as HTMLElement;
  expect(within(panel).getAllByText(/Message in General/)).toHaveLength(2);
});

test("a boost and other rules that a creator saves are on a page that is open", async () => {
  jest.useFakeTimers({ now: NOW });
  const boost = {
    name: "Double weekend",
    percent: 200,
    startsAt: "2026-11-20T11:00:00Z",
    endsAt: "2026-11-22T12:00:00Z",
  };
  const rates = {
    ...{ rates: [aRate({ minXp: 30, maxXp: 30 })], dailyXpCap: 500, paused: false },
    multipliers: NOTHING_MULTIPLIED,
  };
  apiAnswers(({ path }) => {
    if (path === "/api/me") return { json: { card: aCard(240), ladder: aLadder(), boosts: [boost], rates } };
    return path === "/api/history" ? { json: history("activity_a") } : { json: aBoard() };
  });
  show();
  expect(screen.queryByRole("region", { name: "Boost" })).toBeNull();
  await passSeconds(16);
  expect(screen.getByRole("region", { name: "Boost" })).toHaveTextContent("Double weekend");
  expect(screen.getByText(/^All together at most 500 XP a day/)).toBeInTheDocument();
});

test("a level that is reached while the page is open is told once, however often it is heard of", async () => {
  jest.useFakeTimers();
  apiAnswers(({ path }) => {
    if (path === "/api/me") return { json: { card: aCard(260, { version: 2 }), ladder: aLadder(), boosts: [] } };
    return path === "/api/history" ? { json: history("activity_a") } : { json: aBoard() };
  });
  show();
  await passSeconds(16);
  await act(() => import("@/components/notifications/toasts"));
  await passSeconds(1);
  expect(screen.getAllByText("You reached level 3")).toHaveLength(1);
  await passSeconds(15);
  expect(screen.queryAllByText("You reached level 3").length).toBeLessThanOrEqual(1);
  await passSeconds(60);
  expect(screen.queryByText("You reached level 3")).toBeNull();
});

test("a level that the counting of the past has brought is not told; the next one is", async () => {
  jest.useFakeTimers();
  let me = { card: aCard(260, { version: 2 }), ladder: aLadder(), boosts: [], historyAt: "2026-11-21T12:00:00.000Z" };
  apiAnswers(({ path }) => {
    if (path === "/api/me") return { json: me };
    return path === "/api/history" ? { json: history("activity_a") } : { json: aBoard() };
  });
  show(pageData({ historyAt: null }));
  await passSeconds(16);
  await act(() => import("@/components/notifications/toasts"));
  await passSeconds(1);
  expect(screen.queryByText(/You reached level/)).toBeNull();
  me = { ...me, card: aCard(480, { version: 3 }) };
  await passSeconds(16);
  expect(screen.getAllByText("You reached level 4")).toHaveLength(1);
});

test("a level that was reached before the page was opened is not told", async () => {
  jest.useFakeTimers();
  apiAnswers(({ path }) => {
    if (path === "/api/me") return { json: { card: aCard(245, { version: 2 }), ladder: aLadder(), boosts: [] } };
    return path === "/api/history" ? { json: history("activity_a") } : { json: aBoard() };
  });
  show();
  await passSeconds(31);
  expect(screen.queryByText(/You reached level/)).toBeNull();
});

test("a reward that arrives while the page is open is told once; those that were there are not", async () => {
  jest.useFakeTimers();
  const here = aRung(2, { value: { days: 1 }, state: "delivered" });
  const arriving = aRung(3, { value: { days: 3 }, state: "sending" });
  apiAnswers(({ path }) => {
    const rungs = [here, aRung(3, { value: { days: 3 }, state: "delivered" })];
    if (path === "/api/me")
      return { json: { card: aCard(245, { version: 2 }), ladder: aLadder({ rungs }), boosts: [] } };
    return path === "/api/history" ? { json: history("activity_a") } : { json: aBoard() };
  });
  show(pageData({ ladder: aLadder({ rungs: [here, arriving] }) }));
  await passSeconds(16);
  await act(() => import("@/components/notifications/toasts"));
  await passSeconds(1);
  expect(screen.getAllByText("3 free days added")).toHaveLength(1);
  expect(screen.queryByText("1 free day added")).toBeNull();
  await passSeconds(60);
  expect(screen.queryByText("3 free days added")).toBeNull();
});

test("the choice of messages is asked for with the settings, and saved with the reader's time zone", async () => {
  const asked = apiAnswers(({ path, method, json }) => {
    if (path !== "/api/preferences") return undefined;
    return {
      json: method === "GET" ? { notifications: true, streakWarning: false, timeZone: null } : (json as object),
    };
  });
  show();
  expect(asked).toEqual([]);
  const [door] = screen.getAllByRole("button", { name: "Your settings and data" });
  fireEvent.click(door as HTMLElement);
  const choice = await screen.findByRole("switch", { name: "Tell me about levels and rewards" });
  await act(async () => fireEvent.click(choice));
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  expect(asked.at(-1)).toMatchObject({
    method: "PUT",
    json: { experienceId: "exp_1", notifications: false, streakWarning: false, timeZone },
  });
  expect(choice).not.toBeChecked();
});

test("the tabs are walked by arrow keys, and the address remembers which is open", async () => {
  show();
  const board = screen.getByRole("tab", { name: "Leaderboard" });
  expect(board).toHaveAttribute("aria-selected", "true");
  await act(async () => fireEvent.click(screen.getByRole("tab", { name: "Rewards" })));
  expect(window.location.hash).toBe("#rewards");
  expect(screen.getByRole("tabpanel", { name: "Rewards" })).toHaveAttribute("data-open", "true");
  await act(async () => fireEvent.click(board));
  expect(window.location.hash).toBe("");
});

test("an address with a tab opens that tab", async () => {
  window.history.replaceState(null, "", "/experiences/exp_1#history");
  show();
  expect(await screen.findByRole("tab", { name: "History", selected: true })).toBeInTheDocument();
});

test("a row opens the member's profile", async () => {
  const asked = apiAnswers(({ path }) =>
    path === "/api/profile" ? { json: { profile: aProfile({ name: "Diego Ferreira" }) } } : undefined,
  );
  show();
  fireEvent.click(screen.getByRole("button", { name: /Diego Ferreira/ }));
  const sheet = await screen.findByRole("dialog");
  expect(await within(sheet).findByText("Diego Ferreira")).toBeInTheDocument();
  expect(asked[0]?.query.get("memberId")).toBe("user_4");
});

test("a member who has hidden in the meantime is said to be gone", async () => {
  apiAnswers(() => ({ status: 404, json: { error: { code: "not_found", message: "No." } } }));
  show();
  fireEvent.click(screen.getByRole("button", { name: /Diego Ferreira/ }));
  expect(await screen.findByText(/This member is not shown any more/)).toBeInTheDocument();
});

test("a choice of visibility that is not saved leaves the card as it was", async () => {
  const asked = apiAnswers(() => ({ status: 403, json: { error: { code: "forbidden", message: "No." } } }));
  show();
  const [door] = screen.getAllByRole("button", { name: "Your settings and data" });
  fireEvent.click(door as HTMLElement);
  const hidden = await screen.findByRole("radio", { name: "Hidden" });
  await act(async () => fireEvent.click(hidden));
  expect(asked.find(({ path }) => path === "/api/visibility")).toMatchObject({
    method: "PUT",
    json: { experienceId: "exp_1", visibility: "hidden" },
  });
  expect(await screen.findByText("That was not saved. Nothing has changed; try again.")).toBeInTheDocument();
  expect(screen.getByRole("radio", { name: "Public" })).toBeChecked();
});

test("the address of the shared card is copied where there is no share sheet, and said to be", async () => {
  apiAnswers(() => ({ json: { url: "https://wee5.app/api/rank-card?token=1", expiresAt: "2026-11-27T12:00:00Z" } }));
  const writeText = jest.fn(() => Promise.resolve());
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
  show();
  await act(async () => fireEvent.click(screen.getByRole("button", { name: "Share" })));
  expect(writeText).toHaveBeenCalledWith("https://wee5.app/api/rank-card?token=1");
  expect(await screen.findByText("Link copied")).toBeInTheDocument();
});

test.each([
  ["phone", 390],
  ["desktop", 1280],
])("an assistive tool finds nothing wrong on a %s", async (_, width) => {
  readerHas({ width, reducedMotion: true });
  const { container } = show();
  expect(await findingsOf(container)).toEqual([]);
});
