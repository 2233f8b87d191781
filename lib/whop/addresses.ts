import type { Env } from "@/lib/env";

type WhopSite = Pick<Env, "whopFrameAncestors">;

/** A community's own page on Whop: who is no member can join there. */
export function communityOnWhop(env: WhopSite, communityId: string): string {
  return new URL(`/${communityId}`, siteOf(env)).href;
}

/** A place of a community, such as its chat, as its members open it on Whop. */
export function placeOnWhop(env: WhopSite, communityId: string, experienceId: string): string {
  return new URL(`/joined/${communityId}/${experienceId}/app/`, siteOf(env)).href;
}

/** Whop's own site: the first of the pages that may frame the app. */
function siteOf({ whopFrameAncestors }: WhopSite): string {
  return whopFrameAncestors[0] ?? "https://whop.com";
}
