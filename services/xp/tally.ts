/** Strokes as an SVG path that lies within `width` × `height`; drawn 2 wide. */
export type Strokes = { width: number; height: number; path: string };

const PITCH = 4;
const BUNDLE = 22;
const HEIGHT = 14;
/** Above so many days only the last whole bundle is drawn, and what has begun after it: a stroke by itself would be no tally. */
const MOST = 15;

/** Days counted in fives: four strokes, and the fifth closes them. */
export function tallyOf(days: number): Strokes {
  const count = days > MOST ? 5 + (days % 5) : Math.max(0, days);
  const strokes = Array.from({ length: count }, (_, at) => strokeAt(at));
  return { width: widthOf(count), height: HEIGHT, path: strokes.join("") };
}

function widthOf(count: number): number {
  if (count === 0) return 0;
  const last = (count - 1) % 5;
  return (Math.ceil(count / 5) - 1) * BUNDLE + (last === 4 ? 18 : last * PITCH + 4);
}

function strokeAt(at: number): string {
  const left = Math.floor(at / 5) * BUNDLE;
  const place = at % 5;
  return place === 4 ? `M${left} 12L${left + 18} 2` : `M${left + 3 + place * PITCH} 0v${HEIGHT}`;
}
