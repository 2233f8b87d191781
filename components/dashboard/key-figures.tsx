import { changeInWords } from "@/components/dashboard/overview-words";
import type { Formats } from "@/components/ui/formats";
import type { Figure, Overview } from "@/services/analytics/overview";

/** The four numbers at the top, each with its change. */
export function KeyFigures({ overview, formats }: { overview: Overview; formats: Formats }) {
  const { days, members, activeMembers, xp, messages, newMembers, activities } = overview;
  const { number } = formats;
  const share = activities === 0 ? 0 : Math.round((messages.now / activities) * 100);
  return (
    <dl className="dashboard-panel grid grid-cols-2 gap-x-4 gap-y-5 p-4 md:grid-cols-4 md:gap-x-0 md:p-5">
      <KeyFigure name="Active members" figure={activeMembers} overview={overview} formats={formats}>
        of {number(members)}, last {days} days
      </KeyFigure>
      <KeyFigure name="XP awarded" figure={xp} overview={overview} formats={formats}>
        {number(Math.round(xp.now / days))} a day
      </KeyFigure>
      <KeyFigure name="Messages" figure={messages} overview={overview} formats={formats}>
        {number(share)}&nbsp;% of {number(activities)} activities
      </KeyFigure>
      <KeyFigure name="New members" figure={newMembers} overview={overview} formats={formats}>
        first seen by WEE5
      </KeyFigure>
    </dl>
  );
}

type KeyFigureProps = { name: string; figure: Figure; overview: Overview; formats: Formats; children: React.ReactNode };

function KeyFigure({ name, figure, overview: { days }, formats, children }: KeyFigureProps) {
  const change = changeInWords(figure, formats);
  return (
    <div className="dashboard-figure flex min-w-0 flex-col">
      <dt className="text-(--gray-11) text-[14px]/5">{name}</dt>
      <dd className="flex flex-col">
        <span className="flex flex-wrap items-baseline gap-x-2">
          <span className="font-semibold text-(--gray-12) text-[24px]/8">{formats.number(figure.now)}</span>
          {change !== null && (
            <span className="text-(--gray-12) text-[14px]/5">
              {change} <span className="sr-only">compared with the {days} days before</span>
            </span>
          )}
        </span>
        <span className="text-(--gray-11) text-[12px]/4">{children}</span>
      </dd>
    </div>
  );
}
