import { Skeleton } from "frosted-ui";
import { CardBoxes } from "@/components/card/card-boxes";
import { FiveRing } from "@/components/ui/five-ring";

/** The rank card before it is known: the same boxes, nothing moves later. */
export function CardSkeleton() {
  return (
    <CardBoxes
      isBusy
      ring={
        <FiveRing level={0} share={0} tone="me" size={64}>
          <Skeleton.Avatar style={{ width: 50, height: 50 }} />
        </FiveRing>
      }
      name={<Line size="5" width="60%" />}
      rank={<Line size="2" width="35%" />}
      level={<Skeleton.Rect className="self-center" style={{ width: 36, height: 40, borderRadius: 8 }} />}
      bar={
        <div className="flex">
          {[1, 2, 3, 4, 5].map((level) => (
            <div key={level} className="five-bar-segment" data-fifth={level === 5 || undefined}>
              <div className="five-bar-track" />
            </div>
          ))}
        </div>
      }
      toNext={<Line size="2" width="96px" />}
      inAll={<Line size="2" width="84px" />}
      reward={
        <>
          <Skeleton.Avatar style={{ width: 18, height: 18 }} />
          <span className="flex flex-1 flex-col">
            <Line size="2" width="48%" />
            <Line size="1" width="66%" />
          </span>
        </>
      }
      stats={
        <>
          <StatSkeleton />
          <StatSkeleton />
          <StatSkeleton />
        </>
      }
      foot={
        <>
          <Line size="1" width="52%" />
          <Skeleton.Rect style={{ width: 84, height: 32, borderRadius: 8 }} />
        </>
      }
    />
  );
}

function StatSkeleton() {
  return (
    <span className="flex flex-1 flex-col">
      <Line size="1" width="44%" />
      <Line size="5" width="58%" />
      <Line size="1" width="52%" />
    </span>
  );
}

/** Skeleton.Text is inline-flex; the span around it keeps the line's height. */
function Line({ size, width }: { size: "1" | "2" | "5"; width: string }) {
  return (
    <span className="flex w-full" style={{ maxWidth: width }}>
      <Skeleton.Text size={size} style={{ width: "100%" }} />
    </span>
  );
}
