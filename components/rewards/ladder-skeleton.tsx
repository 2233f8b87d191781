import { Skeleton } from "frosted-ui";

/** The ladder before it is known, with rows of the same height. */
export function LadderSkeleton() {
  return (
    <div aria-busy="true" className="flex flex-col">
      {[1, 2, 3, 4, 5].map((row) => (
        <div key={row} className="flex h-16 gap-3">
          <Skeleton.Avatar style={{ width: 36, height: 36 }} />
          <span className="flex flex-1 flex-col">
            <span className="flex w-2/5">
              <Skeleton.Text size="2" style={{ width: "100%" }} />
            </span>
            <span className="flex w-3/5">
              <Skeleton.Text size="1" style={{ width: "100%" }} />
            </span>
          </span>
        </div>
      ))}
    </div>
  );
}
