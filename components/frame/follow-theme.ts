import { showAppearance } from "@/components/frame/appearance";

const SET_THEME = "frosted-ui:set-theme";

/**
 * Follows the theme that Whop tells. The SDK hands it on as an event for frosted-ui's Theme, which would take over Whop's accent
 * colour and write a script of its own: the event is caught on its way, and only light or dark is kept.
 * @returns what ends it.
 */
export function followTheme(): () => void {
  window.addEventListener(SET_THEME, take, { capture: true });
  return () => window.removeEventListener(SET_THEME, take, { capture: true });
}

function take(event: Event): void {
  event.stopPropagation();
  const detail: unknown = event instanceof CustomEvent ? event.detail : null;
  const appearance = typeof detail === "object" && detail !== null && "appearance" in detail ? detail.appearance : null;
  if (appearance === "light" || appearance === "dark") showAppearance(appearance);
}
