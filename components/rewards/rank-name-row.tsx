import type { RankName } from "@/services/xp/progress";

type RankNameRowProps = {
  rank: RankName;
  isReached: boolean;
  /** The name that the reader holds. */
  isNow: boolean;
};

/** Where a rank name begins, between the rewards. */
export function RankNameRow({ rank, isReached, isNow }: RankNameRowProps) {
  return (
    <li className="ladder-step ladder-step-rank min-h-10">
      <span aria-hidden="true" className="grid h-4 w-9 place-items-center">
        <span className={`size-2 rounded-full ${isReached ? "bg-(--gray-12)" : "border border-(--gray-a8)"}`} />
      </span>
      <div className="flex min-w-0 flex-1 gap-1 text-[12px]/4">
        <bdi className={`truncate font-medium ${isReached ? "text-(--gray-12)" : "text-(--gray-11)"}`}>{rank.name}</bdi>
        <span className="shrink-0 text-(--gray-11)">from level {rank.level}</span>
      </div>
      {isNow && <span className="shrink-0 text-(--gray-11) text-[12px]/4">Your rank</span>}
    </li>
  );
}
