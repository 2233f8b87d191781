const TEETH = 44;
const GAP = 6;

/** Messages as strokes on a line of time, so regular that no person wrote them. */
export function Comb() {
  return (
    <svg viewBox={`0 0 ${TEETH * GAP} 26`} preserveAspectRatio="none" className="h-[26px] w-full" aria-hidden="true">
      {Array.from({ length: TEETH }, (_, index) => index * GAP + 1).map((x) => (
        <path key={x} d={`M${x} 0v24`} stroke="var(--accent-9)" strokeWidth="1.5" vectorEffect="non-scaling-stroke" />
      ))}
      <path d={`M0 25h${TEETH * GAP}`} stroke="var(--gray-a5)" vectorEffect="non-scaling-stroke" />
    </svg>
  );
}
