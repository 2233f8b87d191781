import type { Opening, Place } from "../page";

export type Appearance = "light" | "dark";
export type Screen = "phone" | "desktop";

export interface Choices {
  readonly opening: Opening;
  userId: string;
  placeId: string;
  appearance: Appearance;
  screen: Screen;
}

const SCREEN_KEY = "simulator-screen";

/** What has been chosen: by the address, by Whop's theme cookie, or before. */
export function readChoices(): Choices {
  const opening = JSON.parse(document.getElementById("opening")?.textContent ?? "") as Opening; // written by page.ts
  const { classList } = document.documentElement;
  const isDark = classList.contains("dark") || (!classList.contains("light") && prefersDark());
  return {
    opening,
    userId: opening.userId,
    placeId: opening.placeId,
    appearance: isDark ? "dark" : "light",
    screen: localStorage.getItem(SCREEN_KEY) === "desktop" ? "desktop" : "phone",
  };
}

const prefersDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

export function placeOf({ opening, placeId }: Choices): Place | undefined {
  return opening.places.find(({ id }) => id === placeId);
}

/** Keeps user and place over a reload. */
export function keepInAddress({ userId, placeId }: Choices): void {
  const url = new URL(location.href);
  url.searchParams.set("user", userId);
  url.searchParams.set("place", placeId);
  url.searchParams.delete("theme");
  history.replaceState(null, "", url);
}

export function keepScreen(screen: Screen): void {
  localStorage.setItem(SCREEN_KEY, screen);
}

/** In Whop's own cookie. A cookie knows no ports: the iframe's origin gets it too, before its first paint. */
export function keepAppearance(appearance: Appearance): void {
  document.documentElement.classList.remove("light", "dark");
  document.documentElement.classList.add(appearance);
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  document.cookie = `whop-frosted-theme=appearance:${appearance}; Path=/; SameSite=Lax`;
}

/** Two tabs of one browser share the proxy's cookie: the one that is looked at says who looks. */
export function keepUser({ userId }: Choices): void {
  // biome-ignore lint/suspicious/noDocumentCookie: the Cookie Store API is not in every browser
  document.cookie = `sim_user=${encodeURIComponent(userId)}; Path=/; SameSite=Lax`;
}
