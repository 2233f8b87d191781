import { Gift } from "lucide-react";
import type { CSSProperties } from "react";
import type { Rung } from "@/services/rewards/ladder";
import { fiveBar, gateOf, type Segment, shareOfLevel } from "@/services/xp/five-bar";
import type { Progress } from "@/services/xp/progress";

/** The XP bar: the levels up to the next gate, the fifth leaning, with a gift where it pays. */
export function FiveBar({ progress, rungs }: { progress: Progress; rungs: readonly Pick<Rung, "level">[] }) {
  const segments = fiveBar(progress);
  const gate = gateOf(progress.level, progress.lastLevel);
  return (
    // biome-ignore lint/a11y/useSemanticElements: a <meter> shows one bar, not five
    <div
      role="meter"
      aria-label={`Progress to level ${gate}`}
      aria-valuemin={0}
      aria-valuemax={segments.length}
      aria-valuenow={Math.round(segments.reduce((sum, { filled }) => sum + filled, 0) * 100) / 100}
      aria-valuetext={inWords(progress)}
    >
      <div aria-hidden="true" className="flex">
        {segments.map((segment) => (
          <BarSegment
            key={segment.level}
            segment={segment}
            isCurrent={segment.level === progress.level}
            pays={segment.level === gate && rungs.some(({ level }) => level === gate)}
          />
        ))}
      </div>
    </div>
  );
}

function BarSegment({ segment, isCurrent, pays }: { segment: Segment; isCurrent: boolean; pays: boolean }) {
  const { level, filled } = segment;
  const fill: CSSProperties = { transform: `scaleX(${filled})` };
  return (
    <div className="five-bar-segment" data-fifth={level % 5 === 0 || undefined}>
      <div className="five-bar-track">
        <div className="five-bar-fill" data-full={filled === 1 || undefined} style={fill} />
      </div>
      <div
        className={`mt-1.5 flex items-center justify-end gap-1 text-[12px]/4 ${isCurrent ? "font-semibold" : ""} ${
          isCurrent || pays || filled === 1 ? "text-(--gray-12)" : "text-(--gray-11)"
        }`}
      >
        {pays && <Gift size={13} strokeWidth={1.75} />}
        {level}
      </div>
    </div>
  );
}

function inWords(progress: Progress): string {
  if (progress.nextLevelAt === null) return `Level ${progress.level}, the last level`;
  // A level is never announced as done before it is.
  const percent = Math.min(99, Math.round(shareOfLevel(progress) * 100));
  return `Level ${progress.level}, ${percent} % of the way to level ${progress.level + 1}`;
}
