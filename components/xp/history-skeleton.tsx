import { Skeleton } from "frosted-ui";

/** The history before it is known, with rows of the same height. */
export function HistorySkeleton() {
  return (
    <div aria-busy="true">
      <span className="flex w-20 pb-2">
        <Skeleton.Text size="2" style={{ width: "100%" }} />
      </span>
      {[1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="flex h-[57px] items-center gap-3 border-(--gray-a4) not-last:border-b">
          <Skeleton.Avatar style={{ width: 36, height: 36 }} />
          <span className="flex flex-1 flex-col">
            <span className="flex w-1/2">
              <Skeleton.Text size="2" style={{ width: "100%" }} />
            </span>
            <span className="flex w-1/4">
              <Skeleton.Text size="1" style={{ width: "100%" }} />
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}
