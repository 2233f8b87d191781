import { createSdkHost } from "@whop/iframe/host";
import type { Appearance, Choices } from "./choices";
import { placeOf } from "./choices";

export interface HostActions {
  /** A link into the simulated Whop: true when it led somewhere. */
  goTo(url: URL): boolean;
  pulse(): void;
  /** A line for the list of what the app has asked. */
  note(call: string, detail: string): void;
}

export interface WhopHost {
  tellTheme(appearance: Appearance): void;
}

/** Whop's half of the conversation with the app in the iframe, in the words of @whop/iframe. */
export function startWhopHost(iframe: HTMLIFrameElement, choices: Choices, actions: HostActions): WhopHost {
  const { opening } = choices;
  const remoteWindow = iframe.contentWindow;
  if (!remoteWindow) throw new Error("The iframe is not on the page.");
  const { note, goTo, pulse } = actions;

  function open(url: string, newTab: boolean): void {
    const parsed = URL.canParse(url) ? new URL(url) : undefined;
    if (parsed?.protocol !== "https:" && parsed?.protocol !== "http:") return;
    if (!newTab && goTo(parsed)) return;
    window.open(parsed.href, "_blank", "noopener");
  }

  const app = createSdkHost({
    appId: opening.appId,
    remoteWindow,
    remoteOrigin: new URL(opening.proxyUrl).origin,
    onMessage: {
      ping: () => "pong",
      getTopLevelUrlData: () => topLevelUrl(choices),
      getColorTheme: () => theme(choices.appearance),
      openExternalUrl: ({ url, newTab = false }) => {
        note("openExternalUrl", url);
        open(url, newTab);
        return "ok";
      },
      onHrefChange: ({ href }) => {
        const { pathname, search } = new URL(href);
        note("onHrefChange", `${pathname}${search.replace(/[?&]sim_user=[^&]*/, "")}`);
        return "ok";
      },
      onNavigationStackChange: ({ stack, currentIndex }) => {
        note("onNavigationStackChange", `${currentIndex + 1} of ${stack.length}`);
        return "ok";
      },
      performHaptic: ({ type, style }) => {
        note("performHaptic", `${type}, ${style}`);
        pulse();
        return "ok";
      },
      markExperienceRead: ({ experienceId }) => {
        note("markExperienceRead", experienceId);
        return "ok";
      },
      earliestUnreadNotification: () => null,
      inAppPurchase: ({ planId }) => {
        note("inAppPurchase", planId);
        return { status: "error", error: "Nothing can be bought in the simulated Whop." };
      },
      closeApp: () => {
        note("closeApp", "");
        return "ok";
      },
      openHelpChat: () => {
        note("openHelpChat", "");
        return "ok";
      },
    },
  });
  return {
    tellTheme: (appearance) => void app.onColorThemeChange(theme(appearance)),
  };
}

/** With the accent of Whop's own pages, as Whop sends it. */
const theme = (appearance: Appearance) => ({ appearance, accentColor: "blue", grayColor: "gray" });

function topLevelUrl(choices: Choices) {
  const { opening } = choices;
  const place = placeOf(choices);
  const baseHref = `${location.origin}/${opening.company.route}`;
  return {
    companyRoute: opening.company.route,
    experienceRoute: place?.id ?? "",
    experienceId: place?.kind === "app" ? place.id : "",
    viewType: place?.kind === "dashboard" ? ("admin" as const) : ("app" as const),
    baseHref,
    fullHref: location.href,
  };
}
