import "@testing-library/jest-dom";
import { render } from "@testing-library/react";
import { FiveRing } from "@/components/ui/five-ring";

function arcsOf(container: HTMLElement) {
  return [...container.querySelectorAll(".five-ring-fill")].map((arc) =>
    Number(arc.getAttribute("stroke-dasharray")?.split(" ")[0]),
  );
}

test("the ring says the same as the bar: an arc for each level since the last gate, and the next in part", () => {
  const { container } = render(<FiveRing level={8} share={0.63} tone="me" size={64} />);
  expect(arcsOf(container)).toEqual([1, 1, 1, 0.63, 0]);
});

test("a level that was just reached has closed its arc, a gate all five", () => {
  const { container, rerender } = render(<FiveRing level={8} share={1} tone="me" size={48} />);
  expect(arcsOf(container)).toEqual([1, 1, 1, 1, 0]);
  rerender(<FiveRing level={9} share={1} tone="me" size={48} />);
  expect(arcsOf(container)).toEqual([1, 1, 1, 1, 1]);
});

test("readers skip the ring: its level stands beside it as text", () => {
  const { container } = render(<FiveRing level={8} share={0.63} tone="top" size={64} />);
  expect(container.querySelector("svg")).toHaveAttribute("aria-hidden", "true");
});
