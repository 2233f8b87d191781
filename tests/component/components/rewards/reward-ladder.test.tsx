import "@testing-library/jest-dom";
import { act, fireEvent, render, screen, within } from "@testing-library/react";
import { RewardLadder } from "@/components/rewards/reward-ladder";
import type { Card } from "@/services/leaderboard/card";
import type { Ladder, Rung } from "@/services/rewards/ladder";
import { findingsOf } from "@/tests/support/axe";
import { aCard, aGrantedReward, aLadder, aRung, aStreakRung, RANK_NAMES } from "@/tests/support/sample-member";

const now = Date.parse("2026-11-21T12:00:00Z");

type Reader = { xp?: number; rankNames?: typeof RANK_NAMES; streak?: Card["streak"] };

function show(ladder: Ladder, { xp = 2_642, rankNames = [], streak = aCard(xp).streak }: Reader = {}) {
  const { progress } = aCard(xp);
  const place = { timeZone: "UTC", now };
  return render(
    <RewardLadder ladder={ladder} progress={progress} rankNames={rankNames} xpPerDay={92} streak={streak} {...place} />,
  );
}

function rowOf(text: string | RegExp) {
  const row = screen.getByText(text).closest("li");
  if (!row) throw new Error(`No row has ${text}.`);
  return row;
}

test("each reward says what it is and where it stands", () => {
  show(aLadder());
  expect(rowOf("3 free days")).toHaveTextContent("Level 5 · added on May 2Delivered");
  expect(rowOf("7 free days")).toHaveTextContent("1,078 XP to go, about 12 daysNext");
  expect(rowOf("14 free days")).toHaveTextContent("35,178 XP to go");
  expect(rowOf("30 free days")).toHaveTextContent("Level 50");
  expect(rowOf("50 % off, one code")).toHaveTextContent("Level 100");
});

test("the next reward is marked for readers too, and only that one", () => {
  show(aLadder());
  const marked = screen.getAllByRole("listitem").filter((row) => row.getAttribute("aria-current") === "step");
  expect(marked).toEqual([rowOf("7 free days")]);
});

test.each<[Partial<Rung>, RegExp]>([
  [{ state: "due" }, /Level 5 · added to your membership by itselfOn its way/],
  [{ state: "confirmed" }, /Level 5 · added to your membership by itselfOn its way/],
  [{ state: "sending" }, /Level 5 · added to your membership by itselfOn its way/],
  [{ state: "sending", isTriedAgain: true }, /Level 5 · did not go through yet, we keep tryingTrying again/],
  [{ state: "waiting", waitsFor: "membership" }, /added by itself when your next membership beginsWaiting/],
  [{ state: "confirmed", waitsFor: "budget" }, /this month's free days are given out, yours come next monthNext month/],
  [{ state: "needs_attention" }, /did not go through, the team is looking at itBeing looked at/],
  [{ state: "cancelled" }, /Level 5 · the team has taken it backTaken back/],
  [{ state: "delivered" }, /Level 5 · addedDelivered/],
])("a reward that is %p says so in words", (standing, words) => {
  show(aLadder({ rungs: [aRung(5, standing)] }));
  expect(rowOf("7 free days")).toHaveTextContent(words);
});

test("a reward stays when its level was lost, and says so", () => {
  show(aLadder({ rungs: [aRung(5, { state: "delivered", changedAt: "2026-05-02T10:00:00Z" })] }), { xp: 200 });
  expect(rowOf("7 free days")).toHaveTextContent("Level 5 · added on May 2, yours to keepDelivered");
});

describe("a promo code", () => {
  const code = "WEE57KQ2M9XA";
  const withCode = (value: Rung["value"]) =>
    aLadder({ rungs: [aRung(5, { type: "promo_code", value, state: "delivered", code })] });
  const clipboard = (writeText: () => Promise<void>) =>
    Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText } });
  const copy = () => act(async () => fireEvent.click(screen.getByRole("button", { name: /Copy code|Copied/ })));

  test.each([
    [{ percentOff: 50 }, "Single use: 50 % off any product here for as long as Whop allows. Enter it when you pay."],
    [
      { percentOff: 50, months: 1, productId: "prod_1" },
      "Single use: 50 % off one product here for one month. Enter it when you pay.",
    ],
    [{ percentOff: 20, months: 12 }, "Single use: 20 % off any product here for 12 months. Enter it when you pay."],
    [{ percentOff: 50, months: 36 }, "Single use: 50 % off any product here for 3 years. Enter it when you pay."],
  ])("is shown whole, with what %p is good for", (value, words) => {
    show(withCode(value));
    expect(screen.getByText(code)).toBeInTheDocument();
    expect(screen.getByText(words)).toBeInTheDocument();
  });

  test("is copied, and said to be", async () => {
    const writeText = jest.fn(() => Promise.resolve());
    clipboard(writeText);
    show(withCode({ percentOff: 50 }));
    await copy();
    expect(writeText).toHaveBeenCalledWith(code);
    expect(screen.getByRole("status")).toHaveTextContent("Code copied");
    expect(screen.getByRole("button", { name: "Copied" })).toBeInTheDocument();
  });

  test("is marked where the frame may not copy", async () => {
    clipboard(() => Promise.reject(new DOMException("no", "NotAllowedError")));
    show(withCode({ percentOff: 50 }));
    await copy();
    expect(screen.getByRole("status")).toHaveTextContent("Marked: copy it from here.");
    expect(String(window.getSelection())).toBe(code);
  });

  test("is not shown before it is delivered", () => {
    show(aLadder({ rungs: [aRung(5, { type: "promo_code", value: { percentOff: 50 }, state: "sending", code })] }));
    expect(screen.queryByText(code)).toBeNull();
    expect(rowOf("50 % off, one code")).toHaveTextContent("your code appears here by itselfOn its way");
  });
});

test("what was given by hand says from whom and why, also in a community whose levels pay nothing", () => {
  const granted = [
    aGrantedReward({ note: "Thanks for the May print swap" }),
    aGrantedReward({ rewardId: "two", type: "badge", value: { name: "Night owl" }, state: "delivered" }),
    aGrantedReward({
      rewardId: "three",
      type: "custom",
      value: { text: "A seat in the next critique" },
      state: "delivered",
    }),
  ];
  show({ isConfirmed: false, rungs: [], streaks: [], granted });
  expect(screen.getByRole("heading", { name: "Given to you" })).toBeInTheDocument();
  expect(rowOf("3 free days")).toHaveTextContent("From the team · added to your membership by itself");
  expect(rowOf("3 free days")).toHaveTextContent("“Thanks for the May print swap”On its way");
  expect(rowOf("Night owl")).toHaveTextContent("From the team · yours since November 21Delivered");
  expect(rowOf("A seat in the next critique")).toHaveTextContent("Delivered");
});

test("a reward that is due before the creator has confirmed says what it waits for", () => {
  show(aLadder({ isConfirmed: false, rungs: [aRung(5, { state: "due" })] }));
  expect(rowOf("7 free days")).toHaveTextContent("Level 5 · sent once the creator confirmsEarned");
  expect(screen.getByText(/The creator has not confirmed the rewards yet/)).toBeInTheDocument();
});

test("a reward above the last level of the curve promises no XP", () => {
  show(aLadder({ rungs: [aRung(100, { startsAt: null })] }));
  expect(rowOf("7 free days")).toHaveTextContent("Level 100, above the last level here");
  expect(screen.queryByText("Next")).toBeNull();
});

test("rank names stand where they begin, the reader's own is marked", () => {
  show(aLadder(), { rankNames: RANK_NAMES });
  const rows = screen.getAllByRole("listitem").map((row) => row.textContent);
  expect(
    rows.map((text) => /Newcomer|Regular|Insider|Veteran|(?:3|7|14|30) free days|% off/.exec(text ?? "")?.[0]),
  ).toEqual([
    "Newcomer",
    "Regular",
    "3 free days",
    "Insider",
    "7 free days",
    "Veteran",
    "14 free days",
    "30 free days",
    "% off",
  ]);
  expect(within(rowOf("Regular")).getByText("Your rank")).toBeInTheDocument();
  expect(screen.getAllByText("Your rank")).toHaveLength(1);
});

test("a community without rewards says so", () => {
  show({ isConfirmed: true, rungs: [], streaks: [], granted: [] });
  expect(screen.getByText("No rewards yet")).toBeInTheDocument();
});

test("rewards of streaks stand below the levels, with what is missing or has become of them", () => {
  const delivered = { state: "delivered", changedAt: "2026-05-02T10:00:00Z" } as const;
  const streaks = [aStreakRung(7, delivered), aStreakRung(30), aStreakRung(100, { value: { days: 40 } })];
  show(aLadder({ streaks }), { streak: { days: 29, longest: 29, freezes: 0, isActiveToday: true, isRestDay: false } });
  const list = screen.getByRole("region", { name: "Days in a row" });
  const rows = within(list).getAllByRole("listitem");
  expect(rows.map((row) => row.textContent)).toEqual([
    "7 free days7 days in a row · added on May\u00a02Delivered",
    "307 free days30 days in a row, 1 to go",
    "10040 free days100 days in a row, 71 to go",
  ]);
});

test("what was sent for a streak that turned out shorter stays, and without streaks only what was earned is shown", () => {
  const streaks = [aStreakRung(7, { state: "delivered" }), aStreakRung(30)];
  show(aLadder({ streaks }), { streak: { days: 0, longest: 6, freezes: 0, isActiveToday: false, isRestDay: false } });
  expect(screen.getByText(/7 days in a row · added, yours to keep/)).toBeInTheDocument();
  expect(screen.getByText("30 days in a row")).toBeInTheDocument();
});

test("where streaks are off, rewards of streaks that were earned stay and others are not promised", () => {
  show(aLadder({ streaks: [aStreakRung(7, { state: "delivered" }), aStreakRung(30)] }), { streak: null });
  expect(screen.getByText(/7 days in a row · added/)).toBeInTheDocument();
  expect(screen.queryByText(/30 days in a row/)).toBeNull();
});

test("axe finds nothing in any state", async () => {
  const states: Rung["state"][] = ["due", "sending", "waiting", "needs_attention", "cancelled", "delivered", "locked"];
  const rungs = states.map((state, index) => aRung(5 + index, { state }));
  rungs.push(aRung(50, { type: "promo_code", value: { percentOff: 50 }, state: "delivered", code: "WEE57KQ2M9XA" }));
  const { container } = show(
    aLadder({ rungs, granted: [aGrantedReward()], streaks: states.map((state, at) => aStreakRung(at + 2, { state })) }),
    { rankNames: RANK_NAMES },
  );
  expect(await findingsOf(container)).toEqual([]);
});
