import { REASONS, unpaidInWords } from "@/components/dashboard/overview-words";
import { Panel } from "@/components/dashboard/panel";
import type { Formats } from "@/components/ui/formats";
import type { Overview } from "@/services/analytics/overview";

const SHOWN = 5;

/** Why activities did not pay. */
export function ReasonsChart({
  overview,
  formats,
  className,
}: {
  overview: Overview;
  formats: Formats;
  className?: string;
}) {
  const { activities, unpaid, reasons, estimatedFrom, days } = overview;
  const { number } = formats;
  const estimate = estimatedFrom === null ? "" : `, estimated from ${number(estimatedFrom)} members`;
  const rows = together(reasons);
  const most = Math.max(1, ...rows.map((row) => row.activities));
  return (
    <Panel
      title={unpaidInWords(overview, formats)}
      subtitle={
        unpaid === 0
          ? `${number(activities)} activities in the last ${days} days`
          : `Why ${number(unpaid)} of ${number(activities)} activities did not pay${estimate}`
      }
      className={className}
    >
      {rows.length === 0 ? (
        <p className="text-(--gray-11) text-[14px]/5">
          As soon as a cooldown or a cap holds XP back, the reasons stand here.
        </p>
      ) : (
        <table className="w-full border-collapse text-left text-[14px]/5">
          <thead className="sr-only">
            <tr>
              <th scope="col">Reason</th>
              <th scope="col">Activities</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <tr key={row.label}>
                <th scope="row" className="w-[38%] py-1.5 pr-3 font-normal text-(--gray-12)">
                  {row.label}
                </th>
                <td className="py-1.5">
                  <div className="flex items-center gap-3">
                    <div aria-hidden="true" className="h-2.5 min-w-0 flex-1">
                      <div
                        className="h-full min-w-0.5 rounded-xs bg-(--gray-8)"
                        style={{ width: `${(row.activities / most) * 100}%` }}
                      />
                    </div>
                    <span className="min-w-12 text-right text-(--gray-11)">{number(row.activities)}</span>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Panel>
  );
}

/** The most usual reasons, and the rest as one. */
function together(reasons: Overview["reasons"]): { label: string; activities: number }[] {
  const named = reasons.filter(({ outcome }) => REASONS[outcome] !== undefined && outcome !== "other");
  const shown = named.slice(0, SHOWN);
  const rest = reasons.filter((reason) => !shown.includes(reason)).reduce((sum, { activities }) => sum + activities, 0);
  const rows = shown.map(({ outcome, activities }) => ({
    label: (REASONS[outcome] ?? REASONS.other).label,
    activities,
  }));
  return rest > 0 ? [...rows, { label: REASONS.other.label, activities: rest }] : rows;
}
