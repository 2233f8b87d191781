export type Appearance = "light" | "dark";

/** What the browser paints around the page: white, and frosted-ui's gray-1 of the dark theme. */
export const PAGE_COLORS: Record<Appearance, string> = { light: "#ffffff", dark: "#111111" };

/** Whop writes `appearance:dark` into its cookie, maybe with colours beside it; older apps of its own wrote the word alone. */
export function appearanceOfCookie(value: string | undefined): Appearance | undefined {
  const word = /(?:^|appearance:)(light|dark)(?![\w-])/.exec(value ?? "")?.[1];
  return word === "light" || word === "dark" ? word : undefined;
}

/** Switches the page that is shown: the class on <html> decides all of frosted-ui's colours. */
export function showAppearance(appearance: Appearance): void {
  const { classList } = document.documentElement;
  classList.remove("light", "dark");
  classList.add(appearance);
  for (const meta of document.querySelectorAll('meta[name="theme-color"]')) {
    meta.setAttribute("content", PAGE_COLORS[appearance]);
  }
}
