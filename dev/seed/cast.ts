import { createDraws, type Draws } from "@/dev/seed/draws";
import { drawNames, type Name } from "@/dev/seed/names";
import { xpAtLevel } from "@/services/xp/curve";

const DAY_MS = 86_400_000;
/** How many members of 250 history brings to about which level. The rest look on. */
const LEVELS: [level: number, members: number][] = [
  [33, 1],
  [31, 1],
  [28, 1],
  [26, 1],
  [24, 1],
  [22, 2],
  [20, 3],
  [18, 3],
  [16, 5],
  [14, 7],
  [12, 10],
  [10, 13],
  [8, 18],
  [6, 24],
  [5, 17],
  [4, 20],
  [3, 24],
  [2, 34],
  [1, 65],
];
/** What one of a member's messages brings on average, with cooldowns, reactions and the rest. */
const XP_PER_MESSAGE = 18.5;

export type Person = {
  id: string;
  name: string | null;
  username: string;
  timeZone: string;
  bio: string | null;
  hasPicture: boolean;
  joinedAt: Date;
  /** Membership ended. */
  leftAt: Date | null;
  /** Lost interest, and stayed. */
  silentFrom: Date | null;
  messagesPerDay: number;
  /** Hours by which the day begins later than others' (negative: earlier). */
  laterHours: number;
  /** Share of days without a visit. */
  dayOff: number;
  learner: boolean;
};

export type CastOptions = { seed: number; label: string; members: number; startsAt: Date; endsAt: Date };

/** The people of a sample community: the busiest first, the onlookers last. */
export function drawCast({ seed, label, members, startsAt, endsAt }: CastOptions): Person[] {
  const draws = createDraws(seed, `cast/${label}`);
  const names = drawNames(draws, members);
  const levels = LEVELS.flatMap(([level, count]) => Array.from({ length: count }, () => level));
  return names.map((name, index) => {
    // A smaller cast has the same bands.
    const level = levels[Math.floor((index * levels.length) / members)] ?? 1;
    return drawPerson(draws, name, level, startsAt, endsAt);
  });
}

function drawPerson(draws: Draws, name: Name, level: number, startsAt: Date, endsAt: Date): Person {
  const span = endsAt.getTime() - startsAt.getTime();
  const isOld = level >= 12 || draws.chance(0.5);
  const joinedAt = isOld
    ? new Date(startsAt.getTime() - draws.whole(1, 400) * DAY_MS)
    : new Date(startsAt.getTime() + draws.number() * span * 0.95);
  const here = Math.max(4 * DAY_MS, endsAt.getTime() - Math.max(joinedAt.getTime(), startsAt.getTime()));
  const silentFrom = level < 14 && draws.chance(0.12) ? new Date(endsAt.getTime() - draws.number() * here * 0.7) : null;
  const activeDays = (here - (silentFrom ? endsAt.getTime() - silentFrom.getTime() : 0)) / DAY_MS;
  const [from = 0, to = 0] = [level, level + 1].map((one) => xpAtLevel(null, one));
  const xp = from + draws.number() * (to - from) * 0.7;
  // A sample of few days has the same habits, and so lower levels.
  const days = Math.max(activeDays, 3) * Math.max(1, (88 * DAY_MS) / span);
  return {
    ...name,
    id: draws.id("user"),
    bio: draws.chance(0.3) ? "Making things, slowly." : null,
    hasPicture: draws.chance(0.86),
    joinedAt,
    leftAt: null,
    silentFrom,
    messagesPerDay: Math.min(60, xp / XP_PER_MESSAGE / days),
    laterHours: draws.whole(-2, 3),
    dayOff: level >= 20 ? 0.04 : level >= 10 ? 0.15 : level >= 2 ? 0.35 : 0.85,
    learner: draws.chance(0.35),
  };
}
