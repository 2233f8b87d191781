import { render } from "@testing-library/react";
import { SystemTheme } from "@/components/ui/system-theme";

/** jsdom has no media queries: the reader's system as it would answer. */
function systemIs(theme: "light" | "dark") {
  window.matchMedia = (query) => ({ matches: query.includes(theme) }) as MediaQueryList; // only `matches` is read
}

const classes = document.documentElement.classList;

beforeEach(() => classes.remove("light", "dark"));

test.each(["light", "dark"] as const)("a page built anew in the browser follows a %s system", (theme) => {
  systemIs(theme);
  render(<SystemTheme />);
  expect([...classes]).toEqual([theme]);
});

test("a theme that is set already stays", () => {
  systemIs("light");
  classes.add("dark");
  render(<SystemTheme />);
  expect([...classes]).toEqual(["dark"]);
});
