import { sampleProgress } from "@/components/site/sample";
import { portraitOf, type SampleMember } from "@/components/site/sample-people";
import { FiveRing } from "@/components/ui/five-ring";
import { formatsOf } from "@/components/ui/formats";
import { LevelTicks } from "@/components/ui/level-ticks";
import { MemberAvatar } from "@/components/ui/member-avatar";
import { shareOfLevel } from "@/services/xp/five-bar";

type SampleRowProps = {
  member: SampleMember;
  locale: string;
  tone?: "me" | "top";
  /** In place of the rank name. */
  note?: string;
};

/** A place on the sample board. */
export function SampleRow({ member: { id, rank, name, xp, gain }, locale, tone, note }: SampleRowProps) {
  const { number, signed } = formatsOf(locale);
  const progress = sampleProgress(xp);
  const avatar = <MemberAvatar name={name} pictureUrl={portraitOf(id)} size={32} />;
  return (
    <li
      data-row={id}
      className="relative flex min-h-14 items-center gap-3 border-(--gray-a4) bg-(--color-panel-solid) text-[14px]/5 not-last:border-b"
    >
      {gain && <span key={gain.at} aria-hidden="true" className="stroke-drawn -left-4 md:-left-5 absolute inset-y-2" />}
      <span className={`w-6 shrink-0 ${tone === "me" ? "font-semibold text-(--gray-12)" : "text-(--gray-11)"}`}>
        {number(rank)}
      </span>
      <span className="grid size-10 shrink-0 place-items-center">
        {tone ? (
          <FiveRing level={progress.level} share={shareOfLevel(progress)} tone={tone} size={40}>
            {avatar}
          </FiveRing>
        ) : (
          avatar
        )}
      </span>
      <span className="min-w-0 flex-1">
        <span className={`block truncate text-(--gray-12) ${tone ? "font-semibold" : ""}`}>{name}</span>
        <span className="block truncate text-(--gray-11) text-[12px]/4">{note ?? progress.rankName}</span>
      </span>
      <span className="w-9 shrink-0 text-right font-medium text-(--accent-11) text-[12px]/4">
        {gain && signed(gain.xp)}
      </span>
      <span className="flex shrink-0 items-center gap-2 text-(--gray-11) max-sm:hidden">
        <span className="sr-only">level </span>
        {number(progress.level)}
        <LevelTicks level={progress.level} />
      </span>
      <span className="w-[76px] shrink-0 text-right font-medium text-(--gray-12)">{number(xp)} XP</span>
    </li>
  );
}
