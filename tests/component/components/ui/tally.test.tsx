import "@testing-library/jest-dom";
import { render } from "@testing-library/react";
import { Tally } from "@/components/ui/tally";

/** How many strokes are drawn, those that close a five among them. */
function drawn(days: number) {
  const { container } = render(<Tally days={days} />);
  const path = container.querySelector("path")?.getAttribute("d") ?? "";
  return { strokes: path.match(/M/g)?.length ?? 0, closing: path.match(/L/g)?.length ?? 0 };
}

test.each([
  [0, 0, 0],
  [1, 1, 0],
  [4, 4, 0],
  [5, 5, 1],
  [6, 6, 1],
  [15, 15, 3],
])("%i days are %i strokes, of which %i close a five", (days, strokes, closing) => {
  expect(drawn(days)).toEqual({ strokes, closing });
});

test.each([
  [16, 6, 1],
  [20, 5, 1],
  [103, 8, 1],
])(
  "above fifteen days only the last whole bundle is drawn, and what has begun after it: %i",
  (days, strokes, closing) => {
    expect(drawn(days)).toEqual({ strokes, closing });
  },
);

test("readers do not hear the strokes, and all of them lie within the picture", () => {
  for (let days = 1; days <= 15; days += 1) {
    const { container, unmount } = render(<Tally days={days} />);
    const svg = container.querySelector("svg");
    expect(svg).toHaveAttribute("aria-hidden", "true");
    const width = Number(svg?.getAttribute("width"));
    const path = container.querySelector("path")?.getAttribute("d") ?? "";
    const across = [...path.matchAll(/[ML](\d+)/g)].map(([, x]) => Number(x));
    expect(Math.max(...across)).toBeLessThanOrEqual(width);
    unmount();
  }
});
