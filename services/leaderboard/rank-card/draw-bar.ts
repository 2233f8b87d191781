import type { Palette } from "@/services/leaderboard/rank-card/palette";
import { fiveBar, type Segment } from "@/services/xp/five-bar";
import type { Progress } from "@/services/xp/progress";

type Box = { left: number; right: number; top: number; height: number };

/** Of the bar's height. */
const LEAN = 0.62;
const GAP = 0.1;
const END_RADIUS = 0.24;
const LEVELS_PER_BAR = 5;

/** The five bar: levels up to the next gate, the fifth leaning. */
export function drawBar(progress: Progress, box: Box, { track, accent }: Palette): string {
  const segments = fiveBar(progress);
  const gap = GAP * box.height;
  const width = (box.right - box.left - gap * (segments.length - 1)) / segments.length;
  return segments
    .map((segment, index) => {
      const left = box.left + index * (width + gap);
      const shape = shapeOf(segment, left, width, box, index === 0);
      const filled = `<clipPath id="level-${segment.level}"><rect x="${left}" y="${box.top}" width="${width * segment.filled}" height="${box.height}"/></clipPath>`;
      const full = `<path d="${shape}" fill="${accent}" clip-path="url(#level-${segment.level})"/>`;
      return `<path d="${shape}" fill="${track}"/>${segment.filled > 0 ? filled + full : ""}`;
    })
    .join("");
}

function shapeOf({ level }: Segment, left: number, width: number, { top, height }: Box, isFirst: boolean): string {
  const [right, bottom] = [left + width, top + height];
  if (level % LEVELS_PER_BAR === 0) {
    const lean = LEAN * height;
    return `M${left} ${bottom}L${left + lean} ${top}H${right}L${right - lean} ${bottom}Z`;
  }
  const radius = (isFirst ? END_RADIUS : END_RADIUS / 4) * height;
  const end = (END_RADIUS / 4) * height;
  return `M${left + radius} ${top}H${right - end}a${end} ${end} 0 0 1 ${end} ${end}V${bottom - end}a${end} ${end} 0 0 1 ${-end} ${end}H${left + radius}a${radius} ${radius} 0 0 1 ${-radius} ${-radius}V${top + radius}a${radius} ${radius} 0 0 1 ${radius} ${-radius}Z`;
}
