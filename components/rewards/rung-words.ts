import type { Formats } from "@/components/ui/formats";
import { paceInWords } from "@/components/xp/pace";
import type { Ladder, Rung } from "@/services/rewards/ladder";

type RungWords = {
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
  xpPerDay: number | null;
  timeZone: string;
  now: number;
};

/** What has become of one reward, in words. */
export function rungInWords(rung: Rung, reader: Reader, formats: Formats): RungWords {
  const level = `Level ${rung.level}`;
  switch (rung.state) {
    case "locked":
      return { detail: lockedDetail(rung, reader, formats), standing: null };
    case "due":
      if (!reader.ladder.isConfirmed) {
        return {
          detail: `${level} · sent once the creator confirms`,
          standing: "Waiting",
        };
      }
      return earned(level);
    case "confirmed":
      return earned(level);
    case "sending":
      return { detail: `${level} · added within a minute`, standing: "On its way", isMoving: true };
    case "waiting":
      return { detail: `${level} · Whop is not answering, we keep trying`, standing: "Trying again" };
    case "needs_attention":
      return { detail: `${level} · did not go through, a person is looking at it`, standing: "Being checked" };
    case "cancelled":
      return { detail: `Taken back with the level, yours again at level ${rung.level}`, standing: "Taken back" };
    case "delivered":
      return { detail: deliveredDetail(rung, reader, formats), standing: "Delivered" };
  }
}

/** Rewards are counted, and not sent yet in this release. */
function earned(level: string): RungWords {
  return { detail: `${level} · yours, sending begins soon`, standing: "Earned" };
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

function deliveredDetail({ level, type, changedAt }: Rung, { timeZone, now }: Reader, { day }: Formats): string {
  if (changedAt === null) return `Level ${level}`;
  return `Level ${level} · ${type === "promo_code" ? "sent" : "added"} on ${day(changedAt, timeZone, now)}`;
}
