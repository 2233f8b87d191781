import "@testing-library/jest-dom";
import { fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import { Theme } from "frosted-ui";
import { draftKey } from "@/components/dashboard/onboarding/draft";
import { Onboarding } from "@/components/dashboard/onboarding/onboarding";
import { LocaleProvider } from "@/components/ui/locale-context";
import type { Onboarding as OnboardingState } from "@/services/communities/onboarding";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";

const router = { replace: jest.fn(), refresh: jest.fn() };
// Next's router exists only within Next.
jest.mock("next/navigation", () => ({ useRouter: () => router }));

const [FIVE, HUNDRED] = ["a5a5a5a5-0000-4000-8000-000000000005", "a5a5a5a5-0000-4000-8000-000000000100"];
const community: OnboardingState = {
  communityId: "biz_1",
  title: "Northlight Creators",
  timeZone: "UTC",
  rules: [
    { ruleId: FIVE, level: 5, streakDays: null, type: "free_days", value: { days: 3 }, active: true },
    { ruleId: HUNDRED, level: 100, streakDays: null, type: "promo_code", value: { percentOff: 50 }, active: true },
  ],
  onboardedAt: null,
  rewardsConfirmedAt: null,
};
const sent: { url: string; body: unknown }[] = [];

// jsdom has none; a switch makes one of every click.
beforeAll(() => Object.assign(window, { PointerEvent: MouseEvent }));
beforeEach(() => {
  readerHas({ reducedMotion: true });
  sent.length = 0;
  window.localStorage.clear();
  jest.clearAllMocks();
  jest.spyOn(Intl.DateTimeFormat.prototype, "resolvedOptions").mockReturnValue({
    ...new Intl.DateTimeFormat("en").resolvedOptions(),
    timeZone: "Europe/Berlin",
  });
});
afterEach(() => jest.restoreAllMocks());

/** What the server says, as HTTP. */
function answer(status: number, body: object) {
  global.fetch = jest.fn(async (url, init) => {
    sent.push({ url: String(url), body: JSON.parse(String(init?.body)) });
    return { ok: status < 400, status, headers: new Headers(), json: async () => body } as Response; // what is read of it
  });
}

function show(onboarding = community, due: Record<string, number> = {}) {
  return render(
    <Theme appearance="inherit" hasBackground={false}>
      <LocaleProvider locale="en">
        <Onboarding
          companyId="biz_1"
          onboarding={onboarding}
          due={due}
          curve={null}
          ranks={[{ level: 5, name: "Regular" }]}
          rates={{ rates: [], dailyXpCap: null, paused: false, multipliers: { places: [], roles: [] } }}
          now={Date.parse("2026-11-21T12:00:00Z")}
        />
      </LocaleProvider>
    </Theme>,
  );
}

const press = (name: string) => fireEvent.click(screen.getByRole("button", { name }));
const heading = () => screen.getByRole("heading", { level: 2 });

test("a new community is offered the time zone of the reader's browser, and told the time there", () => {
  show();
  expect(screen.getByRole("combobox")).toHaveValue("Europe/Berlin");
  expect(screen.getByText(/It is 1:00 PM there now\. Taken from your browser\./)).toBeInTheDocument();
});

test("a community that has confirmed keeps its own time zone", () => {
  show({
    ...community,
    timeZone: "Asia/Tokyo",
    onboardedAt: "2026-11-01T00:00:00Z",
    rewardsConfirmedAt: "2026-11-01T00:00:00Z",
  });
  expect(screen.getByRole("combobox")).toHaveValue("Asia/Tokyo");
});

test("three steps lead to one request with all of it, then to the overview", async () => {
  answer(200, { rewardsConfirmedAt: "2026-11-21T12:00:00Z" });
  show();
  press("Next");
  expect(heading()).toHaveTextContent("Step 2 of 3: What do levels and streaks pay?");
  expect(heading()).toHaveFocus();
  fireEvent.click(screen.getByRole("switch", { name: /Level 100/ }));
  press("Next");
  expect(heading()).toHaveTextContent("Step 3 of 3");
  expect(sent).toEqual([]);
  press("Confirm and start");
  await waitFor(() => expect(router.replace).toHaveBeenCalledWith("/dashboard/biz_1?confirmed=1"));
  expect(sent).toEqual([
    {
      url: "/api/onboarding",
      body: { experienceId: "biz_1", timeZone: "Europe/Berlin", rules: { [FIVE]: true, [HUNDRED]: false }, seen: null },
    },
  ]);
  expect(window.localStorage).toHaveLength(0);
});

test("the past is counted only where the creator ticks it, told what that leads to", async () => {
  answer(200, { rewardsConfirmedAt: "2026-11-21T12:00:00Z" });
  show();
  press("Next");
  press("Next");
  const tick = screen.getByRole("switch", { name: "Count the last 90 days as well" });
  expect(tick).not.toBeChecked();
  expect(tick).toHaveAccessibleDescription(/Nobody is notified\. Levels reached through it pay their rewards/);
  expect(tick).toHaveAccessibleDescription(/count in your monthly limit/);
  fireEvent.click(tick);
  press("Confirm and start");
  await waitFor(() => expect(router.replace).toHaveBeenCalled());
  expect(sent[0]?.body).toMatchObject({ countPast: true });
});

test("a community that has confirmed is not offered to count the past in its set-up", () => {
  show({ ...community, onboardedAt: "2026-11-01T00:00:00Z", rewardsConfirmedAt: "2026-11-01T00:00:00Z" });
  press("Next");
  press("Next");
  expect(screen.queryByRole("switch", { name: /90 days/ })).toBeNull();
});

test("the preview shows a member only what is switched on", () => {
  show();
  press("Next");
  press("Next");
  expect(document.body).toHaveTextContent("50 % off, one code at level 100");
  press("Back");
  fireEvent.click(screen.getByRole("switch", { name: /Level 100/ }));
  press("Next");
  expect(document.body).not.toHaveTextContent("at level 100");
});

test("days in a row have a list of their own, and say what they pay", () => {
  const streak = {
    ruleId: "a5a5a5a5-0000-4000-8000-000000000030",
    level: null,
    streakDays: 30,
    active: false,
  } as const;
  show({ ...community, rules: [...community.rules, { ...streak, type: "free_days", value: { days: 3 } }] });
  press("Next");
  const list = within(screen.getByRole("region", { name: "Days in a row" }));
  expect(list.getByText("30 days")).toBeInTheDocument();
  fireEvent.click(list.getByRole("switch", { name: "30 days in a row: 3 free days" }));
  expect(document.body).toHaveTextContent(
    "Who earns each of them gets 6 days of membership that they do not pay for and a code for 50 % off in all.",
  );
});

test("a creator reads what the rewards cost, and what confirming sends at once", () => {
  show(community, { [FIVE]: 12 });
  press("Next");
  expect(document.body).toHaveTextContent(
    "A member who climbs to level 100 gets 3 days of membership that they do not pay for and a code for 50 % off in all.",
  );
  expect(document.body).toHaveTextContent(
    "12 rewards have been earned already and are sent when you confirm: 36 free days together.",
  );
  fireEvent.click(screen.getByRole("switch", { name: /Level 5:/ }));
  expect(document.body).toHaveTextContent("12 members are there already and will not get it");
  expect(document.body).not.toHaveTextContent("sent when you confirm:");
});

test("leaving the page loses nothing: it goes on where it was left", async () => {
  const first = show();
  press("Next");
  fireEvent.click(screen.getByRole("switch", { name: /Level 100/ }));
  first.unmount();
  show();
  expect(heading()).toHaveTextContent("Step 2 of 3");
  expect(screen.getByRole("switch", { name: /Level 100/ })).not.toBeChecked();
});

test.each([
  "nonsense",
  "{}",
  `{"step":7,"timeZone":"UTC","rules":{"${FIVE}":true,"${HUNDRED}":true}}`,
  '{"step":1,"timeZone":"UTC","rules":{"other":true}}',
])("what is kept in the browser and makes no sense is not used: %s", (text) => {
  window.localStorage.setItem(draftKey("biz_1", null), text);
  show();
  expect(heading()).toHaveTextContent("Step 1 of 3");
});

test("a refusal says so in place, keeps every choice, and can be sent again", async () => {
  answer(503, {
    error: { code: "unavailable", message: "WEE5 cannot reach its database right now." },
    meta: { requestId: "r-1" },
  });
  show();
  press("Next");
  press("Next");
  press("Confirm and start");
  const alert = await screen.findByRole("alert");
  expect(alert).toHaveTextContent("WEE5 cannot reach its database right now. Nothing has changed");
  expect(alert).toHaveTextContent("r-1");
  expect(router.replace).not.toHaveBeenCalled();
  answer(200, { rewardsConfirmedAt: "2026-11-21T12:00:00Z" });
  press("Confirm and start");
  await waitFor(() => expect(router.replace).toHaveBeenCalled());
});

test("who comes second to another admin is told, and offered the page as it is now", async () => {
  answer(409, { error: { code: "conflict", message: "Somebody else has just changed these settings." } });
  show();
  press("Next");
  press("Next");
  press("Confirm and start");
  const alert = await screen.findByRole("alert");
  expect(within(alert).getByRole("button", { name: "Load again" })).toBeInTheDocument();
});

test("axe finds nothing serious on any step", async () => {
  const { container } = show(community, { [FIVE]: 1 });
  for (const next of ["Next", "Next", null]) {
    expect(await findingsOf(container)).toEqual([]);
    if (next !== null) press(next);
  }
});
