import type { ReactNode } from "react";

type FiveRingProps = {
  level: number;
  /** How much of the level has been done, 0 to 1. */
  share: number;
  /** Orange is the reader's own, ink the top three's. */
  tone: "me" | "top";
  /** Pixels. */
  size: number;
  children?: ReactNode;
};

const ARC_DEGREES = 72;
const GAP_DEGREES = 8;
const STROKE = 3;

/** The five bar round a picture or a number. Readers get the level as text beside it. */
export function FiveRing({ level, share, tone, size, children }: FiveRingProps) {
  const done = (level % 5) + share;
  const newest = Math.ceil(done) - 1;
  return (
    <span className="relative inline-grid shrink-0 place-items-center" style={{ width: size, height: size }}>
      <svg
        className="five-ring absolute inset-0"
        data-tone={tone}
        width={size}
        height={size}
        viewBox={`0 0 ${size} ${size}`}
        fill="none"
        strokeWidth={STROKE}
        aria-hidden="true"
      >
        {[0, 1, 2, 3, 4].map((index) => {
          const filled = Math.min(1, Math.max(0, done - index));
          const path = arcPath(index, size);
          return (
            <g key={index}>
              <path className="five-ring-track" d={path} />
              <path
                className="five-ring-fill"
                data-newest={index === newest || undefined}
                d={path}
                pathLength={1}
                strokeDasharray={`${filled.toFixed(4)} 2`}
              />
            </g>
          );
        })}
      </svg>
      {children}
    </span>
  );
}

/** Clockwise from the top, with half a gap at either end. */
function arcPath(index: number, size: number): string {
  const from = pointAt(index * ARC_DEGREES + GAP_DEGREES / 2, size);
  const to = pointAt((index + 1) * ARC_DEGREES - GAP_DEGREES / 2, size);
  const radius = (size - STROKE) / 2;
  return `M${from}A${radius} ${radius} 0 0 1 ${to}`;
}

/** Rounded, so that server and browser write the same digits. */
function pointAt(degrees: number, size: number): string {
  const radius = (size - STROKE) / 2;
  const angle = (degrees * Math.PI) / 180;
  return `${(size / 2 + radius * Math.sin(angle)).toFixed(2)} ${(size / 2 - radius * Math.cos(angle)).toFixed(2)}`;
}
