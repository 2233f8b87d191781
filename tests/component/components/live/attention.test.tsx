import { watchAttention } from "@/components/live/attention";

let told: string[];
let stop: () => void;

beforeEach(() => {
  jest.useFakeTimers();
  told = [];
  show(true);
  stop = watchAttention({
    onWanted: () => told.push("wanted"),
    onUnwanted: () => told.push("unwanted"),
    onDoubt: () => told.push("doubt"),
  });
});
afterEach(() => {
  stop();
  jest.useRealTimers();
  jest.restoreAllMocks();
});

function show(isVisible: boolean): void {
  jest.spyOn(document, "visibilityState", "get").mockReturnValue(isVisible ? "visible" : "hidden");
  document.dispatchEvent(new Event("visibilitychange"));
}

function goOnline(isOnline: boolean): void {
  jest.spyOn(navigator, "onLine", "get").mockReturnValue(isOnline);
  window.dispatchEvent(new Event(isOnline ? "online" : "offline"));
}

test("a page that is hidden for a moment stays connected", () => {
  show(false);
  jest.advanceTimersByTime(10_000);
  show(true);
  jest.advanceTimersByTime(120_000);
  expect(told).toEqual([]);
});

test("a page that is hidden for a minute is given up, and comes back when somebody looks", () => {
  show(false);
  jest.advanceTimersByTime(59_000);
  expect(told).toEqual([]);
  jest.advanceTimersByTime(1_000);
  expect(told).toEqual(["unwanted"]);
  show(true);
  expect(told).toEqual(["unwanted", "wanted"]);
});

test("a page that was hidden for a while, whose timers may have stood still, is in doubt", () => {
  show(false);
  jest.advanceTimersByTime(20_000);
  show(true);
  expect(told).toEqual(["doubt"]);
});

test("a machine that goes offline is told of at once, and again when it is back", () => {
  goOnline(false);
  expect(told).toEqual(["unwanted"]);
  goOnline(true);
  expect(told).toEqual(["unwanted", "wanted"]);
});

test("who comes back online behind another tab stays unconnected until somebody looks", () => {
  show(false);
  jest.advanceTimersByTime(60_000);
  goOnline(false);
  goOnline(true);
  expect(told).toEqual(["unwanted"]);
  show(true);
  expect(told).toEqual(["unwanted", "wanted"]);
});

test("after the end nothing is told any more", () => {
  stop();
  show(false);
  jest.advanceTimersByTime(120_000);
  goOnline(false);
  expect(told).toEqual([]);
});
