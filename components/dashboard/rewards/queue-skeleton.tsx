import { Skeleton } from "frosted-ui";

/** Rewards before they are known. */
export function QueueSkeleton() {
  return (
    <div className="dashboard-panel flex flex-col">
      <p role="status" className="sr-only">
        Loading rewards
      </p>
      {[1, 2, 3, 4].map((row) => (
        <div
          key={row}
          aria-hidden="true"
          className="flex h-16 items-center gap-3 border-(--gray-a4) border-t px-4 first:border-t-0"
        >
          <Skeleton.Avatar style={{ width: 32, height: 32 }} />
          <span className="flex flex-1 flex-col gap-1">
            <Skeleton.Text size="2" style={{ width: "40%" }} />
            <Skeleton.Text size="1" style={{ width: "60%" }} />
          </span>
        </div>
      ))}
    </div>
  );
}
