import "@testing-library/jest-dom";
import { render, screen, within } from "@testing-library/react";
import { OverviewPanels } from "@/components/dashboard/overview-panels";
import { SetupPanel } from "@/components/dashboard/setup-panel";
import { formatsOf } from "@/components/ui/formats";
import type { Overview } from "@/services/analytics/overview";
import type { Onboarding } from "@/services/communities/onboarding";
import { findingsOf } from "@/tests/support/axe";

const overview: Overview = {
  days: 7,
  timeZone: "Europe/Berlin",
  members: 1_248,
  activeMembers: { now: 1_182, before: 1_000 },
  xp: { now: 214_380, before: 0 },
  messages: { now: 570, before: 600 },
  newMembers: { now: 3, before: 3 },
  byDay: Array.from({ length: 7 }, (_, n) => ({
    day: `2026-11-${15 + n}`,
    messages: 100 * n,
    reactions: 10,
    others: 5,
    before: 50,
  })),
  byLevel: [
    { level: 1, members: 1_000 },
    { level: 12, members: 248 },
  ],
  activities: 1_000,
  unpaid: 250,
  reasons: [
    { outcome: "cooldown", activities: 200 },
    { outcome: "something_new", activities: 50 },
  ],
  estimatedFrom: null,
  newestActivityAt: "2026-11-21T10:00:00.000Z",
};
const now = Date.parse("2026-11-21T12:00:00Z");
const onboarding: Onboarding = {
  communityId: "biz_1",
  title: "Northlight Creators",
  timeZone: "Europe/Berlin",
  rules: [],
  onboardedAt: "2026-11-02T09:00:00.000Z",
  rewardsConfirmedAt: "2026-11-02T09:00:00.000Z",
};

function show(locale = "en", shown = overview) {
  return render(<OverviewPanels overview={shown} formats={formatsOf(locale)} locale={locale} setup={null} />);
}

test("each number stands with its change to the period before, where there was one", () => {
  const { container } = show();
  expect(container).toHaveTextContent("1,182+18 % compared with the 7 days beforeof 1,248, last 7 days");
  expect(container).toHaveTextContent("214,38030,626 a day");
  expect(container).toHaveTextContent("570−5 %");
});

test("numbers and days are written in the reader's language", () => {
  const { container } = show("de");
  expect(container).toHaveTextContent("214.380");
  expect(container).toHaveTextContent("15. Nov.");
});

test("who cannot see the bars reads the same numbers in a table", () => {
  show();
  const row = within(screen.getByRole("table", { name: "Activities by day" })).getByRole("row", { name: /Nov 20/ });
  expect(
    within(row)
      .getAllByRole("cell")
      .map(({ textContent }) => textContent),
  ).toEqual(["500", "10", "5", "50"]);
  const levels = within(screen.getByRole("table", { name: "Members by level" }));
  expect(levels.getByRole("row", { name: "Level 12 248" })).toBeInTheDocument();
});

test("a reason this version does not know is counted among the others", () => {
  show();
  expect(screen.getByRole("row", { name: "Other reasons 50" })).toBeInTheDocument();
});

test("an estimate says from how many members it is", () => {
  const { container } = show("en", { ...overview, estimatedFrom: 2_000 });
  expect(container).toHaveTextContent("Why 250 of 1,000 activities did not pay, estimated from 2,000 members");
});

test("hundreds of levels are put together so that the bars fit", () => {
  show("en", { ...overview, byLevel: [...overview.byLevel, { level: 480, members: 1 }] });
  const levels = within(screen.getByRole("table", { name: "Members by level" }));
  expect(levels.getAllByRole("row").length).toBeLessThanOrEqual(36);
  expect(levels.getByRole("row", { name: /Levels 1 to 25 1,248/ })).toBeInTheDocument();
});

test("axe finds nothing serious", async () => {
  const { container } = show();
  expect(await findingsOf(container)).toEqual([]);
});

describe("how it is set up", () => {
  const panel = (given: Partial<Parameters<typeof SetupPanel>[0]> = {}) =>
    render(
      <SetupPanel
        onboarding={onboarding}
        newestActivityAt={overview.newestActivityAt}
        canChange
        formats={formatsOf("en")}
        now={now}
        {...given}
      />,
    );

  test("an admin reads when rewards were confirmed and can change it", () => {
    const { container } = panel();
    expect(container).toHaveTextContent("Confirmed on November 2, 0 of 0 on");
    expect(screen.getByRole("link", { name: "Change the rewards" })).toHaveAttribute("href", "/dashboard/biz_1/setup");
    expect(container).toHaveTextContent("Newest today at 11:00 AM");
  });

  test("a moderator reads the same and is offered no change", () => {
    panel({ canChange: false });
    expect(screen.queryByRole("link")).not.toBeInTheDocument();
  });

  test("days of silence are said, with what to check", () => {
    const { container } = panel({ newestActivityAt: "2026-11-12T12:00:00.000Z" });
    expect(container).toHaveTextContent("Nothing has arrived lately");
    expect(container).toHaveTextContent("Nothing for 9 days. If members wrote since then");
  });

  test("before rewards are confirmed it says that nothing is sent", () => {
    const { container } = panel({ onboarding: { ...onboarding, rewardsConfirmedAt: null } });
    expect(container).toHaveTextContent("Not confirmed yet: nothing is sent");
  });
});
