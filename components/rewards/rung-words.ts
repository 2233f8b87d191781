import { arrivalInWords } from "@/components/rewards/arrival-words";
import type { Formats } from "@/components/ui/formats";
import { paceInWords } from "@/components/xp/pace";
import type { Ladder, Rung } from "@/services/rewards/ladder";

export type RungWords = {
  detail: string;
  /** Where the reward stands, at the row's end; null for one that is still to be earned. */
  standing: string | null;
  /** Something is happening right now. */
  isMoving?: boolean;
};

type Reader = {
  ladder: Ladder;
  /** Shown XP. */
  xp: number;
  level: number;
  xpPerDay: number | null;
  timeZone: string;
  now: number;
};

/** What has become of the reward of one level, in words. */
export function rungInWords(rung: Rung, reader: Reader, formats: Formats): RungWords {
  if (rung.state === "locked") return { detail: lockedDetail(rung, reader, formats), standing: null };
  const words = arrivalInWords(
    { ...rung, state: rung.state },
    { ...reader, isConfirmed: reader.ladder.isConfirmed },
    formats,
  );
  // What has been sent stays, also when the level it was sent for does not.
  const isKept = rung.state === "delivered" && rung.level > reader.level;
  return { ...words, detail: `Level ${rung.level} · ${words.detail}${isKept ? ", yours to keep" : ""}` };
}

/** The next two say how far, the rest only where. */
function lockedDetail(rung: Rung, reader: Reader, formats: Formats): string {
  const ahead = reader.ladder.rungs.filter(
    ({ state, startsAt }) => state === "locked" && startsAt !== null && startsAt > reader.xp,
  );
  const place = ahead.indexOf(rung);
  if (rung.startsAt === null) return `Level ${rung.level}, above the last level here`;
  if (place < 0 || place > 1) return `Level ${rung.level}`;
  const missing = rung.startsAt - reader.xp;
  const pace = place === 0 ? paceInWords(missing, reader.xpPerDay, formats) : null;
  return `${formats.number(missing)} XP to go${pace === null ? "" : `, ${pace}`}`;
}
