/** How many days an overview covers, the last of them today. */
export const OVERVIEW_DAYS = [7, 30] as const;
export type OverviewDays = (typeof OVERVIEW_DAYS)[number];

/** A number over the period, and over as many days before it. */
export type Figure = { now: number; before: number };

export type DayOfOverview = {
  /** YYYY-MM-DD in the community's time zone. */
  day: string;
  messages: number;
  reactions: number;
  /** Posts, comments and everything else that members did. */
  others: number;
  /** Everything that members did as many days earlier as the period is long. */
  before: number;
};

/** What a community did lately. An activity is something a member did: adjustments give XP and are none. */
export type Overview = {
  days: OverviewDays;
  /** IANA name: the days are this zone's. */
  timeZone: string;
  /** All whom WEE5 has seen here. */
  members: number;
  activeMembers: Figure;
  /** Of everything, adjustments too, so it may be below 0. */
  xp: Figure;
  messages: Figure;
  newMembers: Figure;
  /** Oldest first, without a gap. */
  byDay: DayOfOverview[];
  /** Lowest level first, those without a member left out. */
  byLevel: { level: number; members: number }[];
  activities: number;
  unpaid: number;
  /** Why activities did not pay, the most usual reason first. */
  reasons: { outcome: string; activities: number }[];
  /** The reasons are an estimate from so many members' activities; null where all were counted. */
  estimatedFrom: number | null;
  /** When the newest activity happened, ISO 8601; null when there never was one. */
  newestActivityAt: string | null;
};
