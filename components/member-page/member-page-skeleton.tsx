import { CardSkeleton } from "@/components/card/card-skeleton";
import { BoardSkeleton } from "@/components/leaderboard/board-skeleton";
import { LadderSkeleton } from "@/components/rewards/ladder-skeleton";
import { HistorySkeleton } from "@/components/xp/history-skeleton";

const TAB_WIDTHS = [92, 56, 66];

/** The page before it is known: the same boxes, nothing moves later. */
export function MemberPageSkeleton() {
  return (
    <main className="member-page">
      <p role="status" className="sr-only">
        Loading your level
      </p>
      <div aria-hidden="true" className="contents">
        <div className="member-side">
          <CardSkeleton />
          <div className="member-tabs flex h-11 items-center gap-6 border-(--gray-a4) border-b px-3">
            {TAB_WIDTHS.map((width) => (
              <span key={width} className="h-4 rounded-[4px] bg-(--gray-a3)" style={{ width }} />
            ))}
          </div>
          <div className="member-box max-md:hidden">
            <div className="h-10" />
            <LadderSkeleton />
          </div>
        </div>
        <div className="member-main">
          <BoardSkeleton />
          <div className="max-md:hidden">
            <HistorySkeleton />
          </div>
        </div>
      </div>
    </main>
  );
}
