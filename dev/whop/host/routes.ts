import type { HttpBindings } from "@hono/node-server";
import { type Context, Hono } from "hono";
import { getCookie } from "hono/cookie";
import type { World } from "../world";
import { hostScript, hostStyle } from "./assets";
import { hostPage } from "./page";
import type { FrameTarget } from "./target";

const THEME_COOKIE = "whop-frosted-theme";

export interface HostParts {
  world: World;
  appId: string;
  /** Undefined before an app stands behind the frame. */
  target(): FrameTarget | undefined;
}

type Routes = Hono<{ Bindings: HttpBindings }>;

/** The page around the app, with its style and scripts. */
export function createHostPage({ world, appId, target }: HostParts): Routes {
  const routes: Routes = new Hono();
  routes.get("/host.js", async (c) => c.body(await hostScript(), 200, { "Content-Type": "text/javascript" }));
  routes.get("/host.css", async (c) => c.body(await hostStyle(), 200, { "Content-Type": "text/css" }));
  routes.get("/", (c) => {
    const frame = target();
    if (frame === undefined) return c.text("No app stands behind this frame yet.", 503);
    const { experience: experienceId = frame.experienceId, user: userId = frame.userId, place } = c.req.query();
    const appearance = appearanceOf(c);
    c.header("Content-Security-Policy", policyFor(frame));
    c.header("Cache-Control", "no-store");
    return c.html(hostPage({ world, appId, target: frame, userId, experienceId, placeId: place, appearance }));
  });
  return routes;
}

/**
 * The reader's theme, in the cookie that Whop writes too. A cookie knows no ports, so the iframe's origin gets it with the first
 * request, as *.apps.whop.com gets whop.com's.
 */
function appearanceOf(c: Context): "light" | "dark" | undefined {
  const word = /light|dark/.exec(c.req.query("theme") ?? getCookie(c, THEME_COOKIE) ?? "")?.[0];
  if (word !== "light" && word !== "dark") return undefined;
  if (c.req.query("theme")) c.header("Set-Cookie", `${THEME_COOKIE}=appearance:${word}; Path=/; SameSite=Lax`);
  return word;
}

function policyFor({ proxyUrl }: FrameTarget): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "connect-src 'self'",
    `frame-src ${new URL(proxyUrl).origin}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}
