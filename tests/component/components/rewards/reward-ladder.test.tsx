import "@testing-library/jest-dom";
import { render, screen, within } from "@testing-library/react";
import { RewardLadder } from "@/components/rewards/reward-ladder";
import type { Ladder, Rung } from "@/services/rewards/ladder";
import { findingsOf } from "@/tests/support/axe";
import { aCard, aLadder, aRung, RANK_NAMES } from "@/tests/support/sample-member";

const now = Date.parse("2026-11-21T12:00:00Z");

function show(ladder: Ladder, { xp = 2_642, rankNames = [] as typeof RANK_NAMES } = {}) {
  const { progress } = aCard(xp);
  return render(
    <RewardLadder ladder={ladder} progress={progress} rankNames={rankNames} xpPerDay={92} timeZone="UTC" now={now} />,
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

test.each<[Rung["state"], RegExp]>([
  ["due", /Level 5 · yours, sending begins soonEarned/],
  ["confirmed", /Level 5 · yours, sending begins soonEarned/],
  ["sending", /Level 5 · added within a minuteOn its way/],
  ["waiting", /Whop is not answering, we keep tryingTrying again/],
  ["needs_attention", /did not go through, a person is looking at itBeing checked/],
  ["cancelled", /Taken back with the level, yours again at level 5Taken back/],
  ["delivered", /Level 5Delivered/],
])("a reward that is %s says so in words", (state, words) => {
  show(aLadder({ rungs: [aRung(5, { state })] }));
  expect(rowOf("7 free days")).toHaveTextContent(words);
});

test("a reward that is due before the creator has confirmed says what it waits for", () => {
  show(aLadder({ isConfirmed: false, rungs: [aRung(5, { state: "due" })] }));
  expect(rowOf("7 free days")).toHaveTextContent("Level 5 · sent once the creator confirmsWaiting");
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
  show({ isConfirmed: true, rungs: [] });
  expect(screen.getByText("No rewards yet")).toBeInTheDocument();
});

test("axe finds nothing in any state", async () => {
  const states: Rung["state"][] = ["due", "sending", "waiting", "needs_attention", "cancelled", "delivered", "locked"];
  const rungs = states.map((state, index) => aRung(5 + index, { state }));
  const { container } = show(aLadder({ rungs }), { rankNames: RANK_NAMES });
  expect(await findingsOf(container)).toEqual([]);
});
