import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, waitFor } from "@testing-library/react";
import { NotificationProvider, useNotifications } from "@/components/notifications/notification-context";
import { xpAtLevel } from "@/services/xp/curve";
import { findingsOf } from "@/tests/support/axe";
import { readerHas } from "@/tests/support/media";
import { aCard, aLadder, aRung } from "@/tests/support/sample-member";

let notifications: ReturnType<typeof useNotifications>;

function Caller() {
  notifications = useNotifications();
  return <p>The page</p>;
}

async function say(what: (to: typeof notifications) => void) {
  await act(async () => what(notifications));
}

function reached(level: number, ladder = aLadder()) {
  return say(({ levelUp }) => levelUp({ progress: aCard(xpAtLevel(null, level) ?? 0).progress, ladder }));
}

const titles = () => screen.queryAllByText(/You reached level/).map(({ textContent }) => textContent);

beforeEach(() => {
  readerHas({ reducedMotion: true });
  render(
    <NotificationProvider>
      <Caller />
    </NotificationProvider>,
  );
});

test("the page stands without a toast, and with the first of them", async () => {
  expect(screen.getByText("The page")).toBeInTheDocument();
  await reached(9);
  expect(await screen.findByText("You reached level 9")).toBeInTheDocument();
  expect(screen.getByText("The page")).toBeInTheDocument();
});

test("a new level says what comes next", async () => {
  await reached(9);
  expect(await screen.findByText("One level to 7 free days")).toBeInTheDocument();
  await reached(20);
  expect(await screen.findByText("Five levels to 14 free days")).toBeInTheDocument();
});

test("a level that pays says what it pays, and what it waits for", async () => {
  await reached(10);
  expect(await screen.findByText("7 free days: on the way to you")).toBeInTheDocument();
  await reached(25, aLadder({ isConfirmed: false, rungs: [aRung(25, { value: { days: 14 } })] }));
  expect(await screen.findByText("14 free days: waits for the creator to confirm")).toBeInTheDocument();
});

test("a gate closes the tally, other levels do not", async () => {
  await reached(10);
  await screen.findByText("You reached level 10");
  expect(document.querySelectorAll(".closed-five-slash")).toHaveLength(1);
  await reached(11);
  await screen.findByText("You reached level 11");
  expect(document.querySelectorAll(".closed-five-slash")).toHaveLength(1);
});

test("one level is told once, however often the news comes", async () => {
  await reached(9);
  await screen.findByText("You reached level 9");
  await reached(9);
  await reached(11);
  await screen.findByText("You reached level 11");
  expect(titles().sort()).toEqual(["You reached level 11", "You reached level 9"]);
});

test("readers hear it without being interrupted", async () => {
  await reached(9);
  const title = await screen.findByText("You reached level 9");
  expect(title.closest("[aria-live='polite']")).not.toBeNull();
});

test("a toast can be closed", async () => {
  await reached(9);
  await screen.findByText("You reached level 9");
  fireEvent.click(screen.getByRole("button", { name: "Close" }));
  await waitFor(() => expect(titles()).toEqual([]));
});

test("a notice says what happened and offers what to do", async () => {
  const onClick = jest.fn();
  await say(({ notify }) =>
    notify({
      title: "That was not saved",
      description: "Nothing has changed.",
      tone: "problem",
      action: { label: "Try again", onClick },
    }),
  );
  expect(await screen.findByText("Nothing has changed.")).toBeInTheDocument();
  fireEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(onClick).toHaveBeenCalledTimes(1);
  await waitFor(() => expect(screen.queryByText("That was not saved")).toBeNull());
});

test("axe finds nothing in a toast", async () => {
  await reached(10);
  await screen.findByText("You reached level 10");
  expect(await findingsOf(document.body)).toEqual([]);
});
