import { Skeleton } from "frosted-ui";
import { PageHeading } from "@/components/dashboard/page-heading";

/** The overview before it is known: the same boxes. */
export function OverviewSkeleton() {
  return (
    <div aria-busy="true" className="flex flex-col gap-6">
      <p role="status" className="sr-only">
        Loading the overview
      </p>
      <PageHeading
        title="Overview"
        action={<Skeleton.Rect aria-hidden="true" style={{ width: 152, height: 40, borderRadius: 10 }} />}
      >
        <Line size="2" width="240px" height={20} />
      </PageHeading>
      <Boxes />
    </div>
  );
}

function Boxes() {
  return (
    <div aria-hidden="true" className="flex flex-col gap-4">
      <div className="dashboard-panel grid grid-cols-2 gap-x-4 gap-y-5 p-4 md:grid-cols-4 md:gap-x-0 md:p-5">
        {["active", "xp", "messages", "new"].map((name) => (
          <div key={name} className="dashboard-figure flex flex-col">
            <Line size="2" width="50%" height={20} />
            <Line size="6" width="40%" height={32} />
            <Line size="1" width="60%" height={16} />
          </div>
        ))}
      </div>
      <div className="grid grid-cols-[minmax(0,1fr)] gap-4 md:grid-cols-[minmax(0,1.55fr)_minmax(0,1fr)]">
        {["activity", "levels"].map((name) => (
          <div key={name} className="dashboard-panel flex flex-col gap-4 p-4 md:p-5">
            <div>
              <Line size="3" width="55%" height={24} />
              <Line size="2" width="40%" height={20} />
            </div>
            <Skeleton.Rect style={{ width: "100%", height: 252, borderRadius: 10 }} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Skeleton.Text is as high as its letters; a line is as high as its line. */
function Line({ size, width, height }: { size: "1" | "2" | "3" | "6"; width: string; height: number }) {
  return (
    <span className="flex items-center" style={{ height }}>
      <Skeleton.Text size={size} style={{ width }} />
    </span>
  );
}
