import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { disturb } from "./api";
import { avatarPng } from "./avatar";
import type { Faults } from "./faults";
import { type FrameTarget, framePage } from "./frame";
import type { Signer } from "./tokens";

export const API_PATH = "/api/v1";

type Routes = Hono<{ Bindings: HttpBindings }>;

export interface SiteParts {
  api: Routes;
  control: Routes;
  signer: Signer;
  faults: Faults;
  /** What the frame shows; undefined before an app stands behind it. */
  frame(): FrameTarget | undefined;
}

/** Everything that the simulated Whop answers: its API, its keys, pictures, the page with the iframe, and our own controls. */
export function createSite({ api, control, signer, faults, frame }: SiteParts): Routes {
  const site: Routes = new Hono();
  site.route(API_PATH, api);
  site.route("/_sim", control);
  site.get("/.well-known/jwks.json", async (c) => {
    return (await disturb(faults.forCall("jwks"), c)) ?? c.json({ keys: [signer.publicJwk] });
  });
  site.get("/avatars/:file{.+\\.png}", (c) => {
    const picture = new Uint8Array(avatarPng(c.req.param("file").slice(0, -".png".length)));
    return c.body(picture, 200, { "Content-Type": "image/png", "Cache-Control": "public, max-age=86400" });
  });
  site.get("/frame", (c) => {
    const target = frame();
    if (target === undefined) return c.text("No app stands behind this frame yet.", 503);
    const { experience: experienceId = target.experienceId, user: userId = target.userId } = c.req.query();
    return c.html(framePage({ ...target, experienceId, userId }));
  });
  return site;
}
