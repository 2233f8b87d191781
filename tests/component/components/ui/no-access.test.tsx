import "@testing-library/jest-dom";
import { render, screen } from "@testing-library/react";
import type { ReactNode } from "react";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { LocaleProvider } from "@/components/ui/locale-context";
import { NoAccess } from "@/components/ui/no-access";
import { SignedOut } from "@/components/ui/signed-out";

const show = (page: ReactNode) =>
  render(
    <WhopFrameProvider appId="app_1" parentOrigins={["https://whop.com"]}>
      <LocaleProvider locale="en-GB">{page}</LocaleProvider>
    </WhopFrameProvider>,
  );

test("who was a member reads since when, what is kept, and how to come back", () => {
  show(
    <NoAccess
      communityTitle="Northlight"
      endedOn={`${new Date().getUTCFullYear()}-11-03T23:30:00Z`}
      timeZone="Europe/Berlin"
      whopUrl="https://whop.com/northlight"
    />,
  );
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("Only for members of Northlight");
  // Half past midnight in Berlin.
  expect(screen.getByRole("main")).toHaveTextContent(
    "Your membership ended on 4 November. Your level and rewards are kept",
  );
  const rejoin = screen.getByRole("link", { name: "Rejoin Northlight" });
  expect(rejoin).toHaveAttribute("href", "https://whop.com/northlight");
  expect(rejoin).toHaveAttribute("rel", "noopener");
});

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
