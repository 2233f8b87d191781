import type { Look } from "@/services/leaderboard/rank-card/rank-card";

export type Palette = { ground: string; ink: string; second: string; track: string; accent: string };

/** frosted-ui's page background, gray-12, gray-11, gray-5 and orange-9: an image has no style sheet to take them from. */
export const PALETTES: Record<Look["theme"], Palette> = {
  dark: { ground: "#111111", ink: "#eeeeee", second: "#b4b4b4", track: "#313131", accent: "#fa4616" },
  light: { ground: "#ffffff", ink: "#202020", second: "#646464", track: "#e0e0e0", accent: "#fa4616" },
};
