import "@testing-library/jest-dom";
import { fireEvent, render, screen } from "@testing-library/react";
import { ProfileSheet } from "@/components/members/profile-sheet";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { aProfile } from "@/tests/support/sample-member";

function show(more: Partial<Parameters<typeof ProfileSheet>[0]> = {}) {
  return render(
    <ProfileSheet
      isOpen
      onOpenChange={jest.fn()}
      name="Amara Okafor"
      hasStreaks
      profile={undefined}
      isLoading={false}
      isGone={false}
      onRetry={jest.fn()}
      timeZone="UTC"
      {...more}
    />,
  );
}

beforeEach(() => readerHas({ width: 1280, reducedMotion: true }));

test("a member's profile says who they are, where they stand and what they have done", async () => {
  show({ profile: aProfile() });
  const dialog = await screen.findByRole("dialog", { name: "Amara Okafor" });
  expect(dialog).toHaveTextContent("Level 27Veteran");
  for (const fact of [
    /XP in all48,210/,
    /This week1,310 XP/,
    /Rank1 of 248/,
    /Messages1,203/,
    /Reactions510/,
    /Streak12 days in a row/,
    /Longest streak40 days in a row/,
  ]) {
    expect(dialog).toHaveTextContent(fact);
  }
  expect(dialog).toHaveTextContent("Seen here since May 2, 2026");
  expect(screen.getByRole("meter")).toHaveAccessibleName("Progress to level 30");
});

test("where streaks are off a profile has none, and who has none is said to have none", async () => {
  const { unmount } = show({ profile: aProfile({ streak: null }) });
  expect(await screen.findByRole("dialog", { name: "Amara Okafor" })).not.toHaveTextContent("streak");
  unmount();
  show({ profile: aProfile({ streak: { days: 0, longest: 1 } }) });
  expect(await screen.findByRole("dialog", { name: "Amara Okafor" })).toHaveTextContent(
    "StreakNoneLongest streak1 day",
  );
});

test("on a phone it comes as a sheet with the same words", async () => {
  readerHas({ width: 390, reducedMotion: true });
  show({ profile: aProfile() });
  expect(await screen.findByRole("dialog", { name: "Amara Okafor" })).toHaveTextContent("Level 27Veteran");
});

test("a profile on its way says so", () => {
  show({ isLoading: true });
  expect(screen.getByRole("status", { name: "Loading the profile" })).toBeInTheDocument();
  expect(screen.getByRole("dialog", { name: "Amara Okafor" })).toBeInTheDocument();
});

test("a member who is no longer shown is said not to be", () => {
  show({ isGone: true });
  expect(screen.getByRole("status")).toHaveTextContent("This member is not shown any more.");
});

test("a profile that did not load can be tried again", () => {
  const onRetry = jest.fn();
  show({ onRetry });
  expect(screen.getByRole("alert")).toHaveTextContent("This profile did not load.");
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onRetry).toHaveBeenCalledTimes(1);
});

test("the cross and Escape close it", () => {
  const onOpenChange = jest.fn();
  show({ profile: aProfile(), onOpenChange });
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  expect(onOpenChange).toHaveBeenLastCalledWith(false);
  fireEvent.keyDown(screen.getByRole("dialog"), { key: "Escape" });
  expect(onOpenChange).toHaveBeenCalledTimes(2);
});

test("axe finds nothing in the profile", async () => {
  show({ profile: aProfile() });
  expect(await findingsOf(document.body)).toEqual([]);
});
