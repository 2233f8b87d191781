import { graphemesOf } from "@/services/leaderboard/rank-card/clean-text";
import type { Palette } from "@/services/leaderboard/rank-card/palette";
import { setLine } from "@/services/leaderboard/rank-card/set-line";
import { shareOfLevel } from "@/services/xp/five-bar";
import type { Progress } from "@/services/xp/progress";

/** Pixels; `radius` is the ring's outer edge. */
type Circle = { x: number; y: number; radius: number; stroke: number };

const ARC_DEGREES = 72;
const GAP_DEGREES = 8;
/** The picture's radius, of the ring's. */
const PICTURE = 0.785;

export type Portrait = {
  name: string;
  progress: Progress;
  /** A square PNG; null where there is none to be had, and the initial stands for it. */
  picture: Buffer | null;
};

/** The picture in its five ring. */
export async function drawPortrait(portrait: Portrait, circle: Circle, palette: Palette): Promise<string> {
  const { name, progress, picture } = portrait;
  const inside = picture === null ? await drawInitial(name, circle, palette) : drawPicture(picture, circle);
  return drawRing(progress, circle, palette) + inside;
}

function drawRing(progress: Progress, circle: Circle, { track, accent }: Palette): string {
  const done = (progress.level % 5) + shareOfLevel(progress);
  const arcs = [0, 1, 2, 3, 4].map((index) => {
    const from = index * ARC_DEGREES + GAP_DEGREES / 2;
    const length = ARC_DEGREES - GAP_DEGREES;
    const filled = Math.min(1, Math.max(0, done - index));
    const under = filled < 1 ? `<path d="${arc(from, from + length, circle)}" stroke="${track}"/>` : "";
    const over = filled > 0 ? `<path d="${arc(from, from + length * filled, circle)}" stroke="${accent}"/>` : "";
    return under + over;
  });
  return `<g fill="none" stroke-width="${circle.stroke}">${arcs.join("")}</g>`;
}

/** Degrees clockwise from the top. */
function arc(from: number, to: number, circle: Circle): string {
  const radius = circle.radius - circle.stroke / 2;
  const point = (degrees: number) => {
    const angle = (degrees * Math.PI) / 180;
    return `${circle.x + radius * Math.sin(angle)} ${circle.y - radius * Math.cos(angle)}`;
  };
  return `M${point(from)}A${radius} ${radius} 0 0 1 ${point(to)}`;
}

function drawPicture(picture: Buffer, { x, y, radius: ring }: Circle): string {
  const radius = ring * PICTURE;
  const address = `data:image/png;base64,${picture.toString("base64")}`;
  return `<clipPath id="picture"><circle cx="${x}" cy="${y}" r="${radius}"/></clipPath><image x="${x - radius}" y="${y - radius}" width="${2 * radius}" height="${2 * radius}" href="${address}" clip-path="url(#picture)"/>`;
}

async function drawInitial(name: string, { x, y, radius: ring }: Circle, palette: Palette): Promise<string> {
  const radius = ring * PICTURE;
  const size = radius * 0.9;
  const initial = await setLine(initialOf(name), { size, weight: 600 });
  const letter = initial.draw(x - initial.width / 2, y + (initial.ink.top + initial.ink.bottom) / 2, palette.second);
  return `<circle cx="${x}" cy="${y}" r="${radius}" fill="${palette.track}"/>${letter}`;
}

const initialOf = (name: string) => (graphemesOf(name.trim())[0] ?? "?").toUpperCase();
