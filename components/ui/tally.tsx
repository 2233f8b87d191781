import { tallyOf } from "@/services/xp/tally";

/** Days counted in fives. Stands beside the number, which readers hear. */
export function Tally({ days }: { days: number }) {
  if (days < 1) return null;
  const { width, height, path } = tallyOf(days);
  return (
    <svg
      aria-hidden="true"
      width={width}
      height={height}
      viewBox={`0 0 ${width} ${height}`}
      fill="none"
      strokeWidth={2}
      className="shrink-0 stroke-(--accent-9)"
    >
      <path d={path} />
    </svg>
  );
}
