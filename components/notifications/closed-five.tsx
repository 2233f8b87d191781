/** Four strokes, and the fifth that closes them, drawn once. */
export function ClosedFive({ size }: { size: number }) {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 32 32"
      fill="none"
      strokeWidth="3"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M7 6v20M13 6v20M19 6v20M25 6v20" stroke="var(--gray-12)" />
      <path d="M3 22 29 10" stroke="var(--accent-9)" className="closed-five-slash" pathLength={1} strokeDasharray="1" />
    </svg>
  );
}
