import "@testing-library/jest-dom";
import { act, fireEvent, render, screen } from "@testing-library/react";
import { DidNotLoad } from "@/components/ui/did-not-load";

let isHidden = false;
let isOnline = true;
let clock = Date.now();

beforeEach(() => {
  jest.useFakeTimers();
  // Each test is a trouble of its own: the one before is forgotten.
  clock += 60 * 60_000;
  jest.setSystemTime(clock);
  isHidden = false;
  isOnline = true;
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  Object.defineProperty(navigator, "onLine", { configurable: true, get: () => isOnline });
});

afterEach(() => jest.useRealTimers());

const pass = (seconds: number) => act(() => jest.advanceTimersByTimeAsync(seconds * 1_000));

function connection(state: "online" | "offline") {
  isOnline = state === "online";
  act(() => void window.dispatchEvent(new Event(state)));
}

test("it tries again by itself after the 8 seconds that it says, and not before", async () => {
  const retry = jest.fn();
  render(<DidNotLoad onRetry={retry} />);
  expect(screen.getByRole("main")).toHaveTextContent("Your XP is safe: everything you do is still being counted.");
  expect(screen.getByRole("main")).toHaveTextContent("We try again in 8 s.");

  await pass(7);
  expect(screen.getByRole("main")).toHaveTextContent("We try again in 1 s.");
  expect(retry).not.toHaveBeenCalled();
  await pass(1);
  expect(retry).toHaveBeenCalledTimes(1);
});

test("each failure makes it wait longer, also where the notice is built anew", async () => {
  const retry = jest.fn();
  const first = render(<DidNotLoad onRetry={retry} />);
  await pass(8);
  first.unmount();

  render(<DidNotLoad onRetry={retry} />);
  await pass(11);
  expect(retry).toHaveBeenCalledTimes(1);
  await pass(5);
  expect(retry).toHaveBeenCalledTimes(2);
});

test("nothing is asked for while nobody looks", async () => {
  const retry = jest.fn();
  render(<DidNotLoad onRetry={retry} />);
  isHidden = true;
  await pass(600);
  expect(retry).not.toHaveBeenCalled();

  isHidden = false;
  await pass(8);
  expect(retry).toHaveBeenCalledTimes(1);
});

test("offline it says so and waits, and tries at once when the connection is back", async () => {
  const retry = jest.fn();
  render(<DidNotLoad onRetry={retry} />);
  connection("offline");
  expect(screen.getByRole("heading", { level: 1 })).toHaveTextContent("You are offline");
  await pass(600);
  expect(retry).not.toHaveBeenCalled();

  connection("online");
  await pass(0);
  expect(retry).toHaveBeenCalledTimes(1);
});

test("the button does not wait, cannot be pressed twice, and a failed attempt leaves it usable", async () => {
  let fail: (cause: Error) => void = jest.fn();
  const retry = jest.fn(
    () =>
      new Promise((_, reject) => {
        fail = reject;
      }),
  );
  render(<DidNotLoad requestId="req_8f2k1m" onRetry={retry} />);
  expect(screen.getByRole("main")).toHaveTextContent("If it goes on, send this to support: req_8f2k1m");

  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(retry).toHaveBeenCalledTimes(1);

  fail(new Error("again"));
  await pass(0);
  fireEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(retry).toHaveBeenCalledTimes(2);
});
