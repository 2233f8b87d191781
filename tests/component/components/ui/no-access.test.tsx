import "@testing-library/jest-dom";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { LocaleProvider } from "@/components/ui/locale-context";
import { NoAccess } from "@/components/ui/no-access";
import { SignedOut } from "@/components/ui/signed-out";
import type { ExMember } from "@/services/members/read-ex-member";
import { findingsOf } from "@/tests/support/axe";

const show = (page: ReactNode) =>
  render(
    <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
      <LocaleProvider locale="en-GB">{page}</LocaleProvider>
    </WhopFrameProvider>,
  );

const YEAR = new Date().getUTCFullYear();
const left: ExMember = {
  membership: "left",
  // Half past midnight in Berlin.
  endedAt: `${YEAR}-11-03T23:30:00Z`,
  timeZone: "Europe/Berlin",
  fate: "kept",
  resetsAt: null,
};
const page = (ended: Partial<ExMember>) => (
  <NoAccess communityTitle="Northlight" ended={{ ...left, ...ended }} whopUrl="https://whop.com/northlight" />
);

test("who was a member reads since when not, what is kept, and how to come back", async () => {
  const { container } = show(page({}));
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Only for members of Northlight");
  expect(screen.getByRole("main")).toHaveTextContent(
    "Your membership ended on 4 November. Your level and rewards are kept",
  );
  const rejoin = screen.getByRole("link", { name: "Rejoin Northlight" });
  expect(rejoin).toHaveAttribute("href", "https://whop.com/northlight");
  expect(rejoin).toHaveAttribute("rel", "noopener");
  expect(await findingsOf(container)).toEqual([]);
});

test.each<[string, Partial<ExMember>, string]>([
  ["is off the board", { fate: "off_board" }, "are kept. You are off the board until you return."],
  [
    "will begin anew",
    { fate: "resets", resetsAt: `${YEAR}-11-06T23:30:00Z` },
    "are kept until 7 November. If you come back later, XP and level begin anew.",
  ],
  ["has begun anew", { fate: "reset" }, "XP and level have begun anew. Rewards that you have received stay yours."],
])("who was a member and %s reads it", (_, ended, words) => {
  show(page(ended));
  expect(screen.getByRole("main")).toHaveTextContent(words);
  expect(screen.getByRole("link", { name: "Rejoin Northlight" })).toBeVisible();
});

test.each<ExMember["fate"]>(["kept", "off_board", "resets", "reset"])(
  "who was banned reads by whom, and is not asked to come back (%s)",
  async (fate) => {
    const resetsAt = fate === "resets" ? `${YEAR}-11-06T23:30:00Z` : null;
    const { container } = show(page({ membership: "banned", fate, resetsAt }));
    expect(screen.getByRole("main")).toHaveTextContent("The team ended your access on 4 November.");
    expect(screen.getByRole("main")).not.toHaveTextContent(/come back|return|rejoin/i);
    expect(screen.queryByRole("link")).toBeNull();
    expect(await findingsOf(container)).toEqual([]);
  },
);

test("who may never have been a member is not told that a membership ended", () => {
  show(<NoAccess communityTitle="" whopUrl="https://whop.com" />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Only for members of this community");
  expect(screen.getByRole("main")).not.toHaveTextContent("ended");
  expect(screen.getByRole("link", { name: "See this community" })).toHaveAttribute("href", "https://whop.com");
});

test("a community's title is text, whatever it says", () => {
  show(<NoAccess communityTitle={'<img src=x onerror="alert(1)">'} whopUrl="https://whop.com" />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent('<img src=x onerror="alert(1)">');
  expect(document.querySelector("img")).toBeNull();
});

test("who comes without Whop is led there", () => {
  show(<SignedOut />);
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Open WEE5 on Whop");
  expect(screen.getByRole("link", { name: "Go to Whop" })).toHaveAttribute("href", "https://whop.com");
});
