import "@testing-library/jest-dom";
import { render, screen } from "@testing-library/react";
import { FiveBar } from "@/components/ui/five-bar";
import { progressOf } from "@/services/xp/progress";
import { aCard, aLadder, aRung } from "@/tests/support/sample-member";

const { rungs } = aLadder();

function fillsOf(container: HTMLElement) {
  return [...container.querySelectorAll<HTMLElement>(".five-bar-fill")].map(({ style }) => style.transform);
}

test("a reader hears the level and how much of it is done", () => {
  render(<FiveBar progress={aCard(2_642).progress} rungs={rungs} />);
  const meter = screen.getByRole("meter", { name: "Progress to level 10" });
  expect(meter).toHaveAttribute("aria-valuetext", "Level 8, 63 % of the way to level 9");
  expect(meter).toHaveAttribute("aria-valuemax", "5");
  expect(Number(meter.getAttribute("aria-valuenow"))).toBeCloseTo(3.63, 1);
});

test("levels that were reached are full, the next fills by what is done of it, the rest are empty", () => {
  const { container } = render(<FiveBar progress={aCard(2_642).progress} rungs={rungs} />);
  const [six, seven, eight, nine, ten] = fillsOf(container);
  expect([six, seven, eight, ten]).toEqual(["scaleX(1)", "scaleX(1)", "scaleX(1)", "scaleX(0)"]);
  expect(nine).toMatch(/^scaleX\(0\.6[23]/);
});

test("a newcomer has one segment already", () => {
  const { container } = render(<FiveBar progress={aCard(0).progress} rungs={rungs} />);
  expect(fillsOf(container)).toEqual(["scaleX(1)", "scaleX(0)", "scaleX(0)", "scaleX(0)", "scaleX(0)"]);
});

test("the gate carries a gift exactly where it pays", () => {
  const { container, rerender } = render(<FiveBar progress={aCard(2_642).progress} rungs={[aRung(10)]} />);
  expect(container.querySelectorAll("svg")).toHaveLength(1);
  rerender(<FiveBar progress={aCard(2_642).progress} rungs={[aRung(9), aRung(15)]} />);
  expect(container.querySelectorAll("svg")).toHaveLength(0);
});

test("the bar is shorter where the curve ends before the gate, and no segment leans that is no fifth", () => {
  const { container } = render(<FiveBar progress={progressOf([0, 10, 20, 30, 40, 50, 60], [], 55)} rungs={[]} />);
  expect(fillsOf(container)).toHaveLength(2);
  expect(container.querySelectorAll("[data-fifth]")).toHaveLength(0);
  expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "Level 6, 50 % of the way to level 7");
});

test("the last level of a curve is said to be the last", () => {
  render(<FiveBar progress={progressOf([0, 10, 20], [], 900)} rungs={[]} />);
  expect(screen.getByRole("meter")).toHaveAttribute("aria-valuetext", "Level 3, the last level");
});
