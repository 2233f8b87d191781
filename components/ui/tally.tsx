const PITCH = 4;
const BUNDLE = 22;
const HEIGHT = 14;
/** Above so many days only the last bundle is drawn. */
const MOST = 15;

/** Days counted in fives: four strokes, and the fifth closes them. Stands beside the number, which readers hear. */
export function Tally({ days }: { days: number }) {
  if (days < 1) return null;
  const strokes = days > MOST ? ((days - 1) % 5) + 1 : days;
  const bundles = Math.ceil(strokes / 5);
  const width = (bundles - 1) * BUNDLE + ((strokes - 1) % 5 === 4 ? 18 : ((strokes - 1) % 5) * PITCH + 4);
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={HEIGHT}
      viewBox={`0 0 ${width} ${HEIGHT}`}
      fill="none"
      strokeWidth={2}
      className="shrink-0 stroke-(--accent-9)"
    >
      <path d={Array.from({ length: strokes }, (_, at) => strokeAt(at)).join("")} />
    </svg>
  );
}

function strokeAt(at: number): string {
  const left = Math.floor(at / 5) * BUNDLE;
  const place = at % 5;
  return place === 4 ? `M${left} 12L${left + 18} 2` : `M${left + 3 + place * PITCH} 0v${HEIGHT}`;
}
