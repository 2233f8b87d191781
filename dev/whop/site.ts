import type { HttpBindings } from "@hono/node-server";
import { Hono } from "hono";
import { disturb } from "./api";
import { avatarPng } from "./avatar";
import type { Faults } from "./faults";
import type { Signer } from "./tokens";

export const API_PATH = "/api/v1";

type Routes = Hono<{ Bindings: HttpBindings }>;

export interface SiteParts {
  api: Routes;
  control: Routes;
  signer: Signer;
  faults: Faults;
  /** The page with the iframe. */
  host: Routes;
}

/** Everything that the simulated Whop answers: its API, its keys, pictures, the page with the iframe, and our own controls. */
export function createSite({ api, control, signer, faults, host }: SiteParts): Routes {
  const site: Routes = new Hono();
  site.route(API_PATH, api);
  site.route("/_sim", control);
  site.get("/.well-known/jwks.json", async (c) => {
    return (await disturb(faults.forCall("jwks"), c)) ?? c.json({ keys: [signer.publicJwk] });
  });
  site.get("/avatars/:file{.+\\.png}", async (c) => {
    const picture = new Uint8Array(await avatarPng(c.req.param("file").slice(0, -".png".length)));
    return c.body(picture, 200, { "Content-Type": "image/png", "Cache-Control": "public, max-age=86400" });
  });
  site.route("/frame", host);
  site.get("/", (c) => c.redirect("/frame"));
  // As links into Whop are written: to a place, and to a community.
  site.get("/joined/:company/:place/*", (c) => c.redirect(`/frame?place=${encodeURIComponent(c.req.param("place"))}`));
  site.get("/:company{biz_\\w+}", (c) => c.redirect("/frame"));
  return site;
}
