import { SampleAround } from "@/components/site/sample-around";
import { TOP_THREE } from "@/components/site/sample-people";
import { SampleRow } from "@/components/site/sample-row";
import { Section } from "@/components/site/section";

/** The board as a member sees it, with made-up people who write. */
export function SampleBoard({ locale }: { locale: string }) {
  return (
    <Section
      id="board"
      title="A board that everybody can follow"
      lead="All time, this month, this week. Each member finds their own place at once, and what it takes to pass the next. These people are made up."
    >
      <div className="grid gap-6 overflow-hidden rounded-2xl border border-(--gray-a5) bg-(--color-panel-solid) p-4 md:grid-cols-2 md:gap-10 md:p-5">
        <div>
          <h3 className="flex h-8 items-center text-(--gray-11) text-[12px]/4">Top three</h3>
          <ol>
            {TOP_THREE.map((member) => (
              <SampleRow key={member.id} member={member} locale={locale} tone="top" />
            ))}
          </ol>
        </div>
        <SampleAround locale={locale} />
      </div>
    </Section>
  );
}
