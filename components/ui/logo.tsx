/**
 * The tally: four strokes, the fifth closes them. Beside the name it says nothing new, so readers skip it.
 * @param isClosing draws the fifth once, as it appears.
 */
export function Logo({ size = 32, isClosing = false }: { size?: number; isClosing?: boolean }) {
  const closing = isClosing ? { className: "closed-five-slash", pathLength: 1, strokeDasharray: "1" } : {};
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
      <path d="M3 22 29 10" stroke="var(--accent-9)" {...closing} />
    </svg>
  );
}
