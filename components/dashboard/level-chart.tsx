import { fullestLevel, levelsInWords } from "@/components/dashboard/overview-words";
import { Panel } from "@/components/dashboard/panel";
import type { Formats } from "@/components/ui/formats";
import type { Overview } from "@/services/analytics/overview";

type Step = { from: number; to: number; members: number };

/** Bars that fit beside each other on a phone. */
const MOST_BARS = 35;

/** Where members stand now; many levels are put together in fives, tens, … */
export function LevelChart({
  overview,
  formats,
  className,
}: {
  overview: Overview;
  formats: Formats;
  className?: string;
}) {
  const { byLevel } = overview;
  const steps = stepsOf(byLevel);
  const highest = Math.max(1, ...steps.map(({ members }) => members));
  const fullest = fullestLevel(byLevel) ?? 1;
  return (
    <Panel title={levelsInWords(overview)} subtitle="Members by level today" className={className}>
      <figure aria-label="Members by level today" className="m-0 flex flex-1 flex-col">
        <div aria-hidden="true" className="chart chart-bare">
          <div className="chart-plot">
            <div className="chart-bars" style={{ gap: "max(1px, 15%/30)" }}>
              {steps.map((step) => (
                <div key={step.from} className="chart-bar" title={`${nameOf(step)}: ${formats.number(step.members)}`}>
                  {isIn(step, fullest) && <span className="chart-value">{formats.number(step.members)}</span>}
                  <div
                    style={{
                      height: `${(step.members / highest) * 100}%`,
                      minHeight: step.members > 0 ? 2 : 0,
                      backgroundColor: isIn(step, fullest) ? "var(--accent-9)" : "var(--gray-8)",
                    }}
                  />
                </div>
              ))}
            </div>
          </div>
          <ul className="chart-labels">
            {steps.map((step, index) =>
              isLabelled(step, index, steps.length) ? (
                <li key={step.from} style={{ left: `${((index + 0.5) / steps.length) * 100}%` }}>
                  {step.from}
                </li>
              ) : null,
            )}
          </ul>
        </div>
        <div className="sr-only">
          <table>
            <caption>Members by level</caption>
            <thead>
              <tr>
                <th scope="col">Level</th>
                <th scope="col">Members</th>
              </tr>
            </thead>
            <tbody>
              {steps.map((step) => (
                <tr key={step.from}>
                  <th scope="row">{nameOf(step)}</th>
                  <td>{formats.number(step.members)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </figure>
    </Panel>
  );
}

/** Every level from 1 to the highest that somebody has, and to 10 at least. */
function stepsOf(byLevel: Overview["byLevel"]): Step[] {
  const last = Math.max(10, ...byLevel.map(({ level }) => level));
  const width = [1, 5, 10, 25, 50, 100, 1000].find((one) => last / one <= MOST_BARS) ?? 10_000;
  return Array.from({ length: Math.ceil(last / width) }, (_, index) => {
    const [from, to] = [index * width + 1, (index + 1) * width];
    const within = byLevel.filter(({ level }) => level >= from && level <= to);
    return { from, to, members: within.reduce((sum, { members }) => sum + members, 0) };
  });
}

const isIn = ({ from, to }: Step, level: number) => level >= from && level <= to;
const nameOf = ({ from, to }: Step) => (from === to ? `Level ${from}` : `Levels ${from} to ${to}`);

function isLabelled({ from, to }: Step, index: number, steps: number): boolean {
  if (from !== to) return index % Math.ceil(steps / 6) === 0;
  return from === 1 || from % 5 === 0;
}
