import { LRUCache } from "lru-cache";
import { inSnapshot } from "@/lib/db/database";
import { perDatabase } from "@/lib/db/per-database";
import type { Deps } from "@/lib/deps";
import type { DayOfOverview, Overview, OverviewDays } from "@/services/analytics/overview";
import { countActive, listDays, listLevels, listUnpaid, type Span } from "@/services/analytics/overview.queries";
import { findSettings } from "@/services/communities/find-settings";
import { dayIn } from "@/services/xp/calendar";

type OverviewDeps = Pick<Deps, "db" | "now">;
type DayRow = Awaited<ReturnType<typeof listDays>>[number];

/** Up to so many active members all activities are counted for the reasons; of more, these are a sample. */
const SAMPLED_MEMBERS = 2_000;
/** What took long to read is kept in proportion, so that reading takes the database at most a hundredth of the time. */
const KEPT_PER_READ_MS = 100;
const KEPT_AT_MOST_MS = 60_000;

const known = perDatabase(() => new LRUCache<string, Overview>({ max: 500 }));
const underWay = perDatabase(() => new Map<string, Promise<Overview>>());

/**
 * What a community did in the last days, today included, compared with as many days before. At most 60 s old.
 * @throws AppError not_found
 */
export async function readOverview(deps: OverviewDeps, communityId: string, days: OverviewDays): Promise<Overview> {
  const { timeZone } = (await findSettings(deps, communityId)).settings;
  const key = `${communityId} ${days} ${timeZone}`;
  const kept = known(deps.db).get(key);
  if (kept) return kept;
  const running = underWay(deps.db);
  const reading =
    running.get(key) ?? readAndKeep(deps, communityId, days, timeZone, key).finally(() => running.delete(key));
  running.set(key, reading);
  return reading;
}

async function readAndKeep(
  deps: OverviewDeps,
  communityId: string,
  days: OverviewDays,
  timeZone: string,
  key: string,
): Promise<Overview> {
  const startedAtMs = performance.now();
  const overview = await read(deps, communityId, days, timeZone);
  const ttl = Math.ceil(Math.min(KEPT_AT_MOST_MS, (performance.now() - startedAtMs) * KEPT_PER_READ_MS));
  known(deps.db).set(key, overview, { ttl });
  return overview;
}

async function read(deps: OverviewDeps, communityId: string, days: OverviewDays, timeZone: string): Promise<Overview> {
  const today = dayIn(timeZone, deps.now());
  const span: Span = {
    beforeFrom: addDays(today, 1 - 2 * days),
    from: addDays(today, 1 - days),
    to: addDays(today, 1),
    timeZone,
  };
  const { levels, rows, active, reasons } = await inSnapshot(deps.db, communityId, async (trx) => ({
    levels: await listLevels(trx, communityId, span),
    rows: await listDays(trx, communityId, span),
    active: await countActive(trx, communityId, span),
    reasons: await listUnpaid(trx, communityId, span, SAMPLED_MEMBERS),
  }));

  const sum = (wanted: (row: DayRow) => boolean, field: "activities" | "paid" | "xp") => ({
    now: total(rows.filter((row) => row.day >= span.from && wanted(row)).map((row) => row[field])),
    before: total(rows.filter((row) => row.day < span.from && wanted(row)).map((row) => row[field])),
  });
  const activities = sum(({ isActivity }) => isActivity, "activities").now;
  const unpaid = activities - sum(({ isActivity }) => isActivity, "paid").now;
  const isSampled = active.now > SAMPLED_MEMBERS;
  return {
    days,
    timeZone,
    members: total(levels.map(({ members }) => members)),
    activeMembers: active,
    xp: sum(() => true, "xp"),
    messages: sum(({ action }) => action === "message", "activities"),
    newMembers: {
      now: total(levels.map(({ joined }) => joined)),
      before: total(levels.map(({ joinedBefore }) => joinedBefore)),
    },
    byDay: everyDay(rows, span, days),
    byLevel: levels.map(({ level, members }) => ({ level, members })),
    activities,
    unpaid,
    reasons: isSampled ? scaled(reasons, unpaid) : reasons,
    estimatedFrom: isSampled ? SAMPLED_MEMBERS : null,
    newestActivityAt: newest(levels.map(({ newestAt }) => newestAt)),
  };
}

function everyDay(rows: DayRow[], { from }: Span, days: number): DayOfOverview[] {
  const activities = new Map<string, number>();
  for (const row of rows.filter(({ isActivity }) => isActivity)) {
    const kind = row.action === "message" || row.action === "reaction" ? row.action : "other";
    for (const key of [`${row.day} ${kind}`, row.day]) {
      activities.set(key, (activities.get(key) ?? 0) + row.activities);
    }
  }
  return Array.from({ length: days }, (_, index) => {
    const day = addDays(from, index);
    return {
      day,
      messages: activities.get(`${day} message`) ?? 0,
      reactions: activities.get(`${day} reaction`) ?? 0,
      others: activities.get(`${day} other`) ?? 0,
      before: activities.get(addDays(day, -days)) ?? 0,
    };
  });
}

/** A sample's reasons, in proportion, so that together they are what is known of all. */
function scaled(reasons: Overview["reasons"], unpaid: number): Overview["reasons"] {
  const sampled = total(reasons.map(({ activities }) => activities));
  return reasons.map(({ outcome, activities }) => ({
    outcome,
    activities: Math.round((activities * unpaid) / sampled),
  }));
}

const total = (numbers: number[]) => numbers.reduce((sum, one) => sum + one, 0);

function newest(times: (Date | null)[]): string | null {
  const known = times.filter((time) => time !== null).map((time) => time.getTime());
  return known.length === 0 ? null : new Date(Math.max(...known)).toISOString();
}

/** A day (YYYY-MM-DD) so many days later. */
function addDays(day: string, days: number): string {
  const date = new Date(`${day}T00:00:00Z`);
  date.setUTCDate(date.getUTCDate() + days);
  return date.toISOString().slice(0, 10);
}
