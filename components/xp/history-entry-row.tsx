"use client";

import type { ReactNode } from "react";
import { FiveRing } from "@/components/ui/five-ring";
import { useFormats } from "@/components/ui/locale-context";
import { ActionIcon } from "@/components/xp/action-icon";
import { actionCount } from "@/components/xp/action-words";
import type { Run } from "@/components/xp/history-rows";
import type { Rung } from "@/services/rewards/ladder";
import { explainReceipt } from "@/services/xp/explain-receipt";
import type { HistoryEntry } from "@/services/xp/history-entry";

/** One activity with its receipt. */
export function HistoryEntryRow({ entry, time }: { entry: HistoryEntry; time: string }) {
  const { title, reason, tone } = explainReceipt(entry, useFormats().decimal);
  return (
    <Row
      mark={<ActionIcon action={entry.action} isTakenBack={tone === "taken-back"} />}
      title={title}
      isQuiet={tone === "unpaid"}
      detail={reason === null ? time : `${reason} · ${time}`}
      amount={<Amount entry={entry} tone={tone} />}
    />
  );
}

/** Several that paid nothing for the same reason. */
export function RunRow({ entries, time }: { entries: Run; time: string }) {
  const { number, decimal } = useFormats();
  const [latest] = entries;
  // What differs among them (how many seconds were left) is left out.
  const { title, reason } = explainReceipt({ ...latest, why: sharedWhy(entries) }, decimal);
  const counted = actionCount(latest.action, number(entries.length));
  const place = latest.experienceName === null ? "" : ` in ${latest.experienceName}`;
  return (
    <Row
      mark={<ActionIcon action={latest.action} isTakenBack={false} />}
      title={counted === null ? `${title}, ${number(entries.length)} times` : `${counted}${place}`}
      isQuiet
      detail={reason === null ? time : `${reason} · ${time}`}
      amount={<span className="text-(--gray-11)">0</span>}
    />
  );
}

function sharedWhy([{ why: first }, ...others]: Run): HistoryEntry["why"] {
  return {
    minLength: others.every(({ why }) => why.minLength === first.minLength) ? first.minLength : undefined,
    dailyXpCap: others.every(({ why }) => why.dailyXpCap === first.dailyXpCap) ? first.dailyXpCap : undefined,
    multiplied: others.every(({ why }) => isSame(why.multiplied, first.multiplied)) ? first.multiplied : undefined,
  };
}

const isSame = (one: object | undefined, other: object | undefined) => JSON.stringify(one) === JSON.stringify(other);

/** A level that was reached, above what reached it. */
export function LevelRow({ level, time, rungs }: { level: number; time: string; rungs: readonly Rung[] }) {
  const { number } = useFormats();
  const nextLevel = rungs.find((rung) => rung.level > level && rung.startsAt !== null)?.level;
  const ahead = nextLevel === undefined ? 0 : nextLevel - level;
  const next = `${number(ahead)} ${ahead === 1 ? "level" : "levels"} to your next reward`;
  return (
    <Row
      mark={
        // A level that closes a five has closed its ring.
        <FiveRing level={level - 1} share={1} tone="me" size={36}>
          <span aria-hidden="true" className="font-semibold text-(--gray-12) text-[14px]/5">
            {level}
          </span>
        </FiveRing>
      }
      title={<span className="font-semibold">Level {level} reached</span>}
      detail={ahead === 0 ? time : `${next} · ${time}`}
    />
  );
}

function Amount({ entry: { xp, xpBefore }, tone }: { entry: HistoryEntry; tone: "paid" | "unpaid" | "taken-back" }) {
  const { signed } = useFormats();
  if (tone === "paid") return <span className="font-semibold text-(--gray-12)">{signed(xp)}</span>;
  if (tone === "taken-back") return <span className="text-(--gray-11)">{signed(xp - (xpBefore ?? xp))}</span>;
  return <span className="text-(--gray-11)">0</span>;
}

type RowProps = { mark: ReactNode; title: ReactNode; detail: string; amount?: ReactNode; isQuiet?: boolean };

function Row({ mark, title, detail, amount, isQuiet = false }: RowProps) {
  return (
    <li className="flex min-h-14 items-center gap-3 border-(--gray-a4) py-2 text-[14px]/5 not-last:border-b">
      <span className={`flex ${isQuiet ? "text-(--gray-11)" : "text-(--gray-12)"}`}>{mark}</span>
      <div className="min-w-0 flex-1">
        <div className={`wrap-anywhere ${isQuiet ? "text-(--gray-11)" : "text-(--gray-12)"}`}>{title}</div>
        <div className="text-(--gray-11) text-[12px]/4">{detail}</div>
      </div>
      {amount && <div className="shrink-0 self-start">{amount}</div>}
    </li>
  );
}
