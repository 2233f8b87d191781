import { Skeleton } from "frosted-ui";
import { PAGE_ROWS } from "@/components/leaderboard/board";

const TOP = [1, 2, 3];
const REST = Array.from({ length: PAGE_ROWS - TOP.length }, (_, at) => at);

/** The leaderboard before it is known: the same boxes, nothing moves later. */
export function BoardSkeleton() {
  return (
    <div className="board-panel" aria-busy="true">
      <div className="board-head">
        <span className="flex h-6 w-24 items-center max-md:hidden">
          <Skeleton.Text size="3" style={{ width: "100%" }} />
        </span>
        <span className="flex w-16">
          <Skeleton.Text size="1" style={{ width: "100%" }} />
        </span>
        <Skeleton.Rect className="board-period-box" style={{ width: 196, borderRadius: 10 }} />
      </div>
      <RowsSkeleton />
    </div>
  );
}

/** Its rows alone, while another period is loading. */
export function RowsSkeleton() {
  return (
    <div className="board">
      <div className="top-three">
        {TOP.map((place) => (
          <div key={place} className="top-place">
            <div className="top-box">
              <span className="flex h-[60px] items-end">
                <Skeleton.Avatar style={{ width: place === 1 ? 60 : 50, height: place === 1 ? 60 : 50 }} />
              </span>
              <span className="mt-2 flex h-5 w-4/5 items-center">
                <Skeleton.Text size="2" style={{ width: "100%" }} />
              </span>
              <span className="flex h-5 w-3/5 items-center">
                <Skeleton.Text size="2" style={{ width: "100%" }} />
              </span>
              <span className="flex h-4 w-1/2 items-center">
                <Skeleton.Text size="1" style={{ width: "100%" }} />
              </span>
            </div>
          </div>
        ))}
      </div>
      <div className="board-columns">
        <span className="flex w-16">
          <Skeleton.Text size="1" style={{ width: "100%" }} />
        </span>
      </div>
      <div className="board-list">
        {REST.map((row) => (
          <div key={row} className="board-item">
            <div className="board-line">
              <span className="board-rank" />
              <span className="board-change" />
              <Skeleton.Avatar style={{ width: 36, height: 36 }} />
              <span className="flex flex-1 flex-col">
                <span className="flex w-1/2">
                  <Skeleton.Text size="2" style={{ width: "100%" }} />
                </span>
                <span className="flex w-1/3">
                  <Skeleton.Text size="1" style={{ width: "100%" }} />
                </span>
              </span>
              <span className="flex w-12">
                <Skeleton.Text size="2" style={{ width: "100%" }} />
              </span>
            </div>
          </div>
        ))}
      </div>
    </div>
  );
}
