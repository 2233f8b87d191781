import { axisMarks } from "@/components/dashboard/axis";
import { activityInWords } from "@/components/dashboard/overview-words";
import { Panel } from "@/components/dashboard/panel";
import type { Formats } from "@/components/ui/formats";
import type { DayOfOverview, Overview } from "@/services/analytics/overview";

const KINDS = [
  { field: "messages", name: "Messages", color: "var(--gray-10)" },
  { field: "reactions", name: "Reactions", color: "var(--gray-8)" },
  { field: "others", name: "Posts and comments", color: "var(--gray-6)" },
] as const;

/** Days between two labels of the axis, so that they fit a phone. */
const LABEL_EVERY: Record<Overview["days"], number> = { 7: 2, 30: 7 };

type ChartProps = { overview: Overview; formats: Formats; locale: string; className?: string };

/** What members did, day by day: stacked by kind, with the period before as a dashed line. */
export function ActivityChart({ overview, formats, locale, className }: ChartProps) {
  const { byDay, days } = overview;
  const shortDay = shortDayIn(locale);
  const marks = axisMarks(Math.max(...byDay.map((day) => Math.max(sumOf(day), day.before))));
  const top = marks.at(-1) ?? 1;
  return (
    <Panel title={activityInWords(overview, formats)} subtitle={<Legend days={days} />} className={className}>
      <figure aria-label={`Activities by day, last ${days} days`} className="m-0 flex flex-1 flex-col">
        <div aria-hidden="true" className="chart">
          <ul className="chart-marks">
            {marks.map((mark) => (
              <li key={mark} style={{ bottom: `${(mark / top) * 100}%` }}>
                {formats.number(mark)}
              </li>
            ))}
          </ul>
          <div className="chart-plot">
            {marks.map((mark) => (
              <div key={mark} className="chart-grid" style={{ bottom: `${(mark / top) * 100}%` }} />
            ))}
            <div className="chart-bars" style={{ gap: days > 7 ? "max(1px, 18%/30)" : "4%" }}>
              {byDay.map((day) => (
                <Bar key={day.day} day={day} top={top} title={`${shortDay(day.day)}: ${formats.number(sumOf(day))}`} />
              ))}
            </div>
            <Before byDay={byDay} top={top} />
          </div>
          <Labels byDay={byDay} every={LABEL_EVERY[days]} shortDay={shortDay} />
        </div>
        <div className="sr-only">
          <Numbers overview={overview} formats={formats} shortDay={shortDay} />
        </div>
      </figure>
    </Panel>
  );
}

type ShortDay = (day: string) => string;

/** "12 Nov" for a day (YYYY-MM-DD), which is the community's own already: read as UTC it stays itself. */
function shortDayIn(locale: string): ShortDay {
  const format = new Intl.DateTimeFormat(locale, { timeZone: "UTC", day: "numeric", month: "short" });
  return (day) => format.format(new Date(`${day}T12:00:00Z`));
}

const sumOf = ({ messages, reactions, others }: DayOfOverview) => messages + reactions + others;

function Legend({ days }: { days: number }) {
  return (
    <ul className="flex flex-wrap gap-x-3">
      {KINDS.map(({ name, color }) => (
        <li key={name} className="flex items-center gap-1.5">
          <span aria-hidden="true" className="size-2.5 rounded-xs" style={{ backgroundColor: color }} />
          {name}
        </li>
      ))}
      <li className="flex items-center gap-1.5">
        <span aria-hidden="true" className="w-3 border-(--gray-12) border-t-2 border-dashed" />
        {days} days before
      </li>
    </ul>
  );
}

function Bar({ day, top, title }: { day: DayOfOverview; top: number; title: string }) {
  return (
    <div className="chart-bar" title={title}>
      {[...KINDS].reverse().map(({ field, color }) => (
        <div key={field} style={{ height: `${(day[field] / top) * 100}%`, backgroundColor: color }} />
      ))}
    </div>
  );
}

/** Through the middle of each day's bar. */
function Before({ byDay, top }: { byDay: DayOfOverview[]; top: number }) {
  const points = byDay.map(({ before }, index) => `${index + 0.5},${(1 - before / top) * 100}`).join(" ");
  return (
    <svg className="chart-before" viewBox={`0 0 ${byDay.length} 100`} preserveAspectRatio="none" aria-hidden="true">
      <polyline
        points={points}
        fill="none"
        stroke="var(--gray-12)"
        strokeWidth="1.5"
        strokeDasharray="4 3"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}

function Labels({ byDay, every, shortDay }: { byDay: DayOfOverview[]; every: number; shortDay: ShortDay }) {
  return (
    <ul className="chart-labels">
      {byDay.map(({ day }, index) =>
        index % every === 0 ? (
          <li key={day} style={{ left: `${((index + 0.5) / byDay.length) * 100}%` }}>
            {shortDay(day)}
          </li>
        ) : null,
      )}
    </ul>
  );
}

type NumbersProps = { overview: Overview; formats: Formats; shortDay: ShortDay };

function Numbers({ overview: { byDay, days }, formats, shortDay }: NumbersProps) {
  return (
    <table>
      <caption>Activities by day</caption>
      <thead>
        <tr>
          <th scope="col">Day</th>
          {KINDS.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
          <th scope="col">All, {days} days before</th>
        </tr>
      </thead>
      <tbody>
        {byDay.map((day) => (
          <tr key={day.day}>
            <th scope="row">{shortDay(day.day)}</th>
            {KINDS.map(({ field }) => (
              <td key={field}>{formats.number(day[field])}</td>
            ))}
            <td>{formats.number(day.before)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
