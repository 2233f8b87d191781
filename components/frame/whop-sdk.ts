import type { createSdk, WhopIframeSdk } from "@whop/iframe";

type HostCalls = NonNullable<Parameters<typeof createSdk>[0]["onMessage"]>;

/** What Whop may ask of us. Its theme comes as an event of the SDK's (see follow-theme.ts), whatever is written here. */
const ANSWERS: HostCalls = {
  appPing: () => "app_pong",
  navigateBack: () => {
    window.history.back();
    return "ok";
  },
  navigateForward: () => {
    window.history.forward();
    return "ok";
  },
};

/** It listens to the window for as long as that lives, so there is one. */
let sdk: Promise<WhopIframeSdk> | undefined;

/** Loads Whop's SDK; undefined where no Whop is around the page. */
export async function loadWhopSdk(appId: string, parentOrigins: readonly string[]): Promise<WhopIframeSdk | undefined> {
  const origins = hostOrigins(parentOrigins);
  if (origins.length === 0) return undefined;
  sdk ??= import("@whop/iframe").then(({ createSdk }) =>
    createSdk({ appId, overrideParentOrigins: origins, onMessage: ANSWERS }),
  );
  return sdk;
}

/**
 * To whom the SDK may speak. The browser complains about each message to an origin that is not the parent's, so where it tells the
 * parent's (not all do), only that one is left.
 */
function hostOrigins(parentOrigins: readonly string[]): string[] {
  if (isNativeWebView()) return [...parentOrigins];
  if (window.parent === window) return [];
  const parent = window.location.ancestorOrigins?.[0];
  return parentOrigins.filter((origin) => parent === undefined || origin === parent);
}

/** Whop's phone apps show the page on its own, and the SDK finds them by the same signs. */
function isNativeWebView(): boolean {
  const { ReactNativeWebView, webkit } = window as {
    ReactNativeWebView?: unknown;
    webkit?: { messageHandlers?: Record<string, unknown> };
  }; // put there by the phone app
  return ReactNativeWebView !== undefined || webkit?.messageHandlers?.SwiftWebView !== undefined;
}
