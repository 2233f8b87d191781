import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import type { Activity } from "@/services/xp/activity";
import { awardActivities, awardActivity } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { removeActivity, restoreActivity } from "@/services/xp/remove-activity";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { useDatabase } from "@/tests/support/database";
import { shuffled } from "@/tests/support/instances";
import { redisAway } from "@/tests/support/redis-away";

const RUNS = Number(process.env.PROPERTY_RUNS ?? 40);
const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);

/** A message at that moment; after "-" the message of that moment is taken out again; after "+" it is put back. */
type Did = string;
/** Then the last active day, the days in a row that end with it, the most there ever were, and the freezes left. */
type Line = [did: Did, lastDay: string | null, days: number, longest: number, freezes: number];

type Streaks = Settings["streaks"];
type Change = {
  timeZone?: string;
  paused?: boolean;
  streaks?: Partial<Streaks>;
  multipliers?: Settings["multipliers"];
};

const NOTHING = { freezeEveryDays: 0, maxFreezes: 0, milestones: [], pauses: [] };
const everyThird = { freezeEveryDays: 3, maxFreezes: 2 };

/** Each line worked out on paper, with a calendar of the place: nothing here asks the code what a day is. */
const TABLE: { what: string; from: Change; changes?: (Change & { validFrom: string })[]; lines: Line[] }[] = [
  {
    what: "New York, where 9 March 2025 has 23 hours",
    from: { timeZone: "America/New_York" },
    lines: [
      ["2025-03-09T04:59:00Z", "2025-03-08", 1, 1, 0], // 23:59, still five hours behind
      ["2025-03-09T05:00:00Z", "2025-03-09", 2, 2, 0], // midnight
      ["2025-03-10T03:59:00Z", "2025-03-09", 2, 2, 0], // 23:59, four hours behind now
      ["2025-03-10T04:00:00Z", "2025-03-10", 3, 3, 0], // would be 23:00 of the 9th on the old clock
      ["2025-03-12T03:59:00Z", "2025-03-11", 4, 4, 0],
      ["2025-03-13T04:00:00Z", "2025-03-13", 1, 4, 0], // the 12th went by
    ],
  },
  {
    what: "New York, where 2 November 2025 has 25 hours",
    from: { timeZone: "America/New_York" },
    lines: [
      ["2025-11-02T03:59:00Z", "2025-11-01", 1, 1, 0], // 23:59, four hours behind
      ["2025-11-02T04:00:00Z", "2025-11-02", 2, 2, 0],
      ["2025-11-03T04:30:00Z", "2025-11-02", 2, 2, 0], // 23:30: on the old clock it would be the 3rd
      ["2025-11-03T05:00:00Z", "2025-11-03", 3, 3, 0],
      ["2025-11-05T04:59:00Z", "2025-11-04", 4, 4, 0],
    ],
  },
  {
    what: "Santiago de Chile, where 7 September 2025 begins at one o'clock",
    from: { timeZone: "America/Santiago" },
    lines: [
      ["2025-09-07T03:59:00Z", "2025-09-06", 1, 1, 0], // 23:59
      ["2025-09-07T04:00:00Z", "2025-09-07", 2, 2, 0], // 01:00: there was no midnight
      ["2025-09-08T02:59:00Z", "2025-09-07", 2, 2, 0],
      ["2025-09-08T03:00:00Z", "2025-09-08", 3, 3, 0],
    ],
  },
  {
    what: "Havana, where 2 November 2025 has two midnights",
    from: { timeZone: "America/Havana" },
    lines: [
      ["2025-11-02T03:59:00Z", "2025-11-01", 1, 1, 0],
      ["2025-11-02T04:00:00Z", "2025-11-02", 2, 2, 0], // the first
      ["2025-11-02T05:00:00Z", "2025-11-02", 2, 2, 0], // the second
      ["2025-11-03T04:59:00Z", "2025-11-02", 2, 2, 0],
      ["2025-11-03T05:00:00Z", "2025-11-03", 3, 3, 0],
    ],
  },
  {
    what: "Lord Howe, whose clocks move by half an hour (5 October 2025)",
    from: { timeZone: "Australia/Lord_Howe" },
    lines: [
      ["2025-10-04T13:29:00Z", "2025-10-04", 1, 1, 0], // 23:59, ten hours and a half ahead
      ["2025-10-04T13:30:00Z", "2025-10-05", 2, 2, 0],
      ["2025-10-05T12:59:00Z", "2025-10-05", 2, 2, 0], // 23:59, eleven hours ahead
      ["2025-10-05T13:00:00Z", "2025-10-06", 3, 3, 0],
    ],
  },
  {
    what: "Kiritimati, the first place on Earth to have a new day",
    from: { timeZone: "Pacific/Kiritimati" },
    lines: [
      ["2025-06-30T09:59:00Z", "2025-06-30", 1, 1, 0],
      ["2025-06-30T10:00:00Z", "2025-07-01", 2, 2, 0], // midnight there, morning of the day before in London
      ["2025-07-01T10:00:00Z", "2025-07-02", 3, 3, 0],
      ["2025-07-03T10:00:00Z", "2025-07-04", 1, 3, 0],
    ],
  },
  {
    what: "Pago Pago, on the other side of the line, at the same moments a day earlier",
    from: { timeZone: "Pacific/Pago_Pago" },
    lines: [
      ["2025-06-30T09:59:00Z", "2025-06-29", 1, 1, 0],
      ["2025-06-30T10:00:00Z", "2025-06-29", 1, 1, 0],
      ["2025-07-01T10:59:00Z", "2025-06-30", 2, 2, 0],
      ["2025-07-01T11:00:00Z", "2025-07-01", 3, 3, 0],
    ],
  },
  {
    what: "a community that moves west over the date line has one day twice",
    from: { timeZone: "Pacific/Kiritimati" },
    changes: [{ timeZone: "Pacific/Pago_Pago", validFrom: "2025-07-03T00:00:00Z" }],
    lines: [
      ["2025-07-01T12:00:00Z", "2025-07-02", 1, 1, 0],
      ["2025-07-02T12:00:00Z", "2025-07-03", 2, 2, 0],
      ["2025-07-03T12:00:00Z", "2025-07-03", 2, 2, 0], // 01:00 of the 3rd once more
      ["2025-07-04T12:00:00Z", "2025-07-04", 3, 3, 0],
    ],
  },
  {
    what: "a community that moves east over it leaves out most of a day, for which a freeze stands in",
    from: { timeZone: "Pacific/Pago_Pago", streaks: { freezeEveryDays: 2, maxFreezes: 1 } },
    changes: [{ timeZone: "Pacific/Kiritimati", validFrom: "2025-07-03T00:00:00Z" }],
    lines: [
      ["2025-07-01T12:00:00Z", "2025-07-01", 1, 1, 0],
      ["2025-07-02T12:00:00Z", "2025-07-02", 2, 2, 1],
      ["2025-07-03T12:00:00Z", "2025-07-04", 3, 3, 0], // 02:00 of the 4th; the 3rd had ten hours left
    ],
  },
  {
    what: "a year's end and a leap day",
    from: { timeZone: "Europe/Berlin" },
    lines: [
      ["2023-12-31T22:59:00Z", "2023-12-31", 1, 1, 0],
      ["2023-12-31T23:00:00Z", "2024-01-01", 2, 2, 0],
      ["2024-02-28T12:00:00Z", "2024-02-28", 1, 2, 0],
      ["2024-02-29T12:00:00Z", "2024-02-29", 2, 2, 0],
      ["2024-03-01T12:00:00Z", "2024-03-01", 3, 3, 0],
    ],
  },
  {
    what: "freezes: one every third day, two at most, each stands in for one missed day",
    from: { streaks: everyThird },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 1],
      ["2025-05-05T12:00:00Z", "2025-05-05", 4, 4, 0], // the 4th was missed
      ["2025-05-06T12:00:00Z", "2025-05-06", 5, 5, 0],
      ["2025-05-07T12:00:00Z", "2025-05-07", 6, 6, 1],
      ["2025-05-08T12:00:00Z", "2025-05-08", 7, 7, 1],
      ["2025-05-09T12:00:00Z", "2025-05-09", 8, 8, 1],
      ["2025-05-10T12:00:00Z", "2025-05-10", 9, 9, 2],
      ["2025-05-11T12:00:00Z", "2025-05-11", 10, 10, 2],
      ["2025-05-12T12:00:00Z", "2025-05-12", 11, 11, 2],
      ["2025-05-13T12:00:00Z", "2025-05-13", 12, 12, 2], // a third one is not kept
      ["2025-05-16T12:00:00Z", "2025-05-16", 13, 13, 0], // the 14th and the 15th
      ["2025-05-18T12:00:00Z", "2025-05-18", 1, 13, 0], // none left for the 17th
    ],
  },
  {
    what: "a gap longer than the freezes ends the streak, and the freezes are gone with it",
    from: { streaks: everyThird },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 1],
      ["2025-05-06T12:00:00Z", "2025-05-06", 1, 3, 0],
      ["2025-05-08T12:00:00Z", "2025-05-08", 1, 3, 0],
    ],
  },
  {
    what: "a freeze may be used and earned on the same day",
    from: { streaks: everyThird },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 1],
      ["2025-05-04T12:00:00Z", "2025-05-04", 4, 4, 1],
      ["2025-05-05T12:00:00Z", "2025-05-05", 5, 5, 1],
      ["2025-05-07T12:00:00Z", "2025-05-07", 6, 6, 1],
    ],
  },
  {
    what: "by default a freeze comes after seven days",
    from: { streaks: { freezeEveryDays: 7, maxFreezes: 2 } },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 0],
      ["2025-05-04T12:00:00Z", "2025-05-04", 4, 4, 0],
      ["2025-05-05T12:00:00Z", "2025-05-05", 5, 5, 0],
      ["2025-05-06T12:00:00Z", "2025-05-06", 6, 6, 0],
      ["2025-05-07T12:00:00Z", "2025-05-07", 7, 7, 1],
      ["2025-05-09T12:00:00Z", "2025-05-09", 8, 8, 0],
    ],
  },
  {
    what: "days of a pause break nothing, and whoever is active in it goes on",
    from: { streaks: { pauses: [{ from: "2025-05-05", to: "2025-05-07" }] } },
    lines: [
      ["2025-05-03T12:00:00Z", "2025-05-03", 1, 1, 0],
      ["2025-05-04T12:00:00Z", "2025-05-04", 2, 2, 0],
      ["2025-05-08T12:00:00Z", "2025-05-08", 3, 3, 0],
      ["2025-05-06T12:00:00Z", "2025-05-08", 4, 4, 0],
      ["2025-05-10T12:00:00Z", "2025-05-10", 1, 4, 0], // the 9th is in no pause
    ],
  },
  {
    what: "a pause that was entered after the days it is for holds for who comes back under it",
    from: {},
    changes: [{ streaks: { pauses: [{ from: "2025-05-05", to: "2025-05-08" }] }, validFrom: "2025-05-08T00:00:00Z" }],
    lines: [
      ["2025-05-04T12:00:00Z", "2025-05-04", 1, 1, 0],
      ["2025-05-09T12:00:00Z", "2025-05-09", 2, 2, 0],
      // Also here on the 8th, a day that began, in the east, before the pause had been entered: the 5th to the 7th were missed.
      ["2025-05-08T12:00:00Z", "2025-05-09", 2, 2, 0],
    ],
  },
  {
    what: "while XP are paused no day is missed",
    from: {},
    changes: [
      { paused: true, validFrom: "2025-06-02T00:00:00Z" },
      { paused: false, validFrom: "2025-06-04T00:00:00Z" },
    ],
    lines: [
      ["2025-06-01T12:00:00Z", "2025-06-01", 1, 1, 0],
      ["2025-06-03T12:00:00Z", "2025-06-01", 1, 1, 0], // pays nothing
      ["2025-06-05T12:00:00Z", "2025-06-05", 2, 2, 0],
      ["2025-06-07T12:00:00Z", "2025-06-07", 1, 2, 0],
    ],
  },
  {
    what: "while streaks are off days neither count nor break",
    from: {},
    changes: [
      { streaks: { enabled: false }, validFrom: "2025-06-02T00:00:00Z" },
      { streaks: { enabled: true }, validFrom: "2025-06-04T00:00:00Z" },
    ],
    lines: [
      ["2025-06-01T12:00:00Z", "2025-06-01", 1, 1, 0],
      ["2025-06-02T12:00:00Z", "2025-06-02", 2, 2, 0], // its rules are those of the evening before
      ["2025-06-03T12:00:00Z", "2025-06-02", 2, 2, 0],
      ["2025-06-04T12:00:00Z", "2025-06-02", 2, 2, 0],
      ["2025-06-05T12:00:00Z", "2025-06-05", 3, 3, 0],
    ],
  },
  {
    what: "a late arrival joins two streaks into one",
    from: {},
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 0],
      ["2025-05-05T12:00:00Z", "2025-05-05", 1, 3, 0],
      ["2025-05-06T12:00:00Z", "2025-05-06", 2, 3, 0],
      ["2025-05-04T12:00:00Z", "2025-05-06", 6, 6, 0],
    ],
  },
  {
    what: "a late arrival before the first day lengthens, and gives back the freeze it makes needless",
    from: { streaks: everyThird },
    lines: [
      ["2025-05-02T12:00:00Z", "2025-05-02", 1, 1, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 2, 2, 0],
      ["2025-05-04T12:00:00Z", "2025-05-04", 3, 3, 1],
      ["2025-05-06T12:00:00Z", "2025-05-06", 4, 4, 0],
      ["2025-05-05T12:00:00Z", "2025-05-06", 5, 5, 1],
      ["2025-05-01T12:00:00Z", "2025-05-06", 6, 6, 2],
    ],
  },
  {
    what: "a removal splits one streak into two, and putting it back joins them",
    from: {},
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 3, 3, 0],
      ["2025-05-04T12:00:00Z", "2025-05-04", 4, 4, 0],
      ["2025-05-05T12:00:00Z", "2025-05-05", 5, 5, 0],
      ["-2025-05-03T12:00:00Z", "2025-05-05", 2, 2, 0],
      ["+2025-05-03T12:00:00Z", "2025-05-05", 5, 5, 0],
      ["-2025-05-01T12:00:00Z", "2025-05-05", 4, 4, 0],
      ["-2025-05-05T12:00:00Z", "2025-05-04", 3, 3, 0],
    ],
  },
  {
    what: "a removal leaves the day active while another of its activities pays",
    from: {},
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0],
      ["2025-05-02T12:00:30Z", "2025-05-02", 2, 2, 0], // too soon after the other to pay
      ["-2025-05-02T12:00:00Z", "2025-05-02", 2, 2, 0], // and paid in its place
      ["-2025-05-02T12:00:30Z", "2025-05-01", 1, 1, 0],
      ["-2025-05-01T12:00:00Z", null, 0, 0, 0],
    ],
  },
  {
    what: "what the cooldown keeps from paying makes no day; where the other falls away it does",
    from: { timeZone: "Europe/Berlin" },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T21:59:30Z", "2025-05-02", 2, 2, 0],
      ["2025-05-02T22:00:10Z", "2025-05-02", 2, 2, 0], // the 3rd there, forty seconds later
      ["-2025-05-02T21:59:30Z", "2025-05-03", 1, 1, 0],
      ["+2025-05-02T21:59:30Z", "2025-05-02", 2, 2, 0],
    ],
  },
  {
    what: "a day on which everything was multiplied by zero is no active day",
    from: {
      multipliers: {
        channels: {},
        roles: {},
        boosts: [
          {
            id: "silence",
            name: "Silence",
            percent: 0,
            startsAt: "2025-05-02T00:00:00.000Z",
            endsAt: "2025-05-03T00:00:00.000Z",
          },
        ],
      },
    },
    lines: [
      ["2025-05-01T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-02T12:00:00Z", "2025-05-01", 1, 1, 0],
      ["2025-05-03T12:00:00Z", "2025-05-03", 1, 1, 0],
    ],
  },
];

describe("streaks", () => {
  const database = useDatabase();
  const deps = () => ({ db: database.db, redis: redisAway });

  beforeAll(() => acceptAnyAge());

  /** The days of the table are over for good, so that they mean the same in each year: the guards on age go instead. */
  async function acceptAnyAge(): Promise<void> {
    for (const name of ["award_activities", "settle_streak"]) {
      const { rows } = await sql<{ source: string }>`
        select pg_get_functiondef(${name}::regproc) as source`.execute(database.owner);
      const loosened = (rows[0]?.source ?? "").replaceAll("interval '90 days'", "interval '36500 days'");
      await sql.raw(loosened).execute(database.owner);
    }
    await sql`select ensure_partitions('2023-12-01', '2025-12-31')`.execute(database.owner);
  }

  async function aPlace(from: Change, changes: (Change & { validFrom: string })[] = []): Promise<string> {
    const communityId = await aCommunity(database, (settings) =>
      changed({ ...settings, timeZone: "UTC", streaks: { ...settings.streaks, ...NOTHING } }, from),
    );
    for (const { validFrom, ...change } of changes) {
      const { settings } = await findSettings(database, communityId);
      const version = { settings: changed(settings, change), validFrom: new Date(validFrom), by: "user_owner" };
      await changeSettings(database, communityId, version);
    }
    return communityId;
  }

  function changed(settings: Settings, { streaks, ...rest }: Change): Settings {
    return { ...settings, ...rest, streaks: { ...settings.streaks, ...streaks } };
  }

  const messageAt = (userId: string, at: string): Activity =>
    aMessage({ activityId: `message:${userId}:${at}`, userId, occurredAt: new Date(at) });

  function doIt(communityId: string, userId: string, did: Did): Promise<unknown> {
    const at = did.replace(/^[+-]/, "");
    const { activityId } = messageAt(userId, at);
    if (did.startsWith("-")) return removeActivity(deps(), communityId, activityId);
    if (did.startsWith("+")) return restoreActivity(deps(), communityId, activityId);
    return awardActivity(database, communityId, messageAt(userId, at));
  }

  async function streakOf(communityId: string, userId: string) {
    const row = await database.owner
      .selectFrom("users")
      .select(["streak_day", "streak_days", "streak_longest", "streak_freezes"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .executeTakeFirst();
    if (!row) return [null, 0, 0, 0];
    return [row.streak_day, row.streak_days, row.streak_longest, row.streak_freezes];
  }

  const check = (communityId: string, userId: string) =>
    inCommunity(database.db, communityId, async (trx) => checkMember(trx, await readRules(trx, communityId), userId));

  test.each(TABLE)("by a calendar on paper, line for line: $what", async ({ from, changes, lines }) => {
    const [communityId, userId] = [await aPlace(from, changes), aUserId()];
    const seen: Line[] = [];
    for (const [did] of lines) {
      await doIt(communityId, userId, did);
      seen.push([did, ...(await streakOf(communityId, userId))] as Line); // as the table has it
    }
    expect(seen).toEqual(lines);
    expect(await check(communityId, userId)).toEqual([]);
  });

  test.each(TABLE)("in any order of arrival, in one batch, they end alike: $what", async ({ from, changes, lines }) => {
    const last = lines.at(-1);
    const removed = new Set<string>();
    for (const [did] of lines) {
      if (did.startsWith("-")) removed.add(did.slice(1));
      if (did.startsWith("+")) removed.delete(did.slice(1));
    }
    const moments = lines.map(([did]) => did).filter((did) => /^\d/.test(did));
    const communityId = await aPlace(from, changes);
    for (const seed of [1, 2, 3]) {
      const userId = aUserId();
      const arriving = shuffled(moments, seed);
      for (const moment of removed) await doIt(communityId, userId, `-${moment}`);
      if (seed === 3) {
        await awardActivities(
          database,
          communityId,
          arriving.map((at) => messageAt(userId, at)),
        );
      } else for (const moment of arriving) await doIt(communityId, userId, moment);
      expect(await streakOf(communityId, userId)).toEqual(last?.slice(1));
      expect(await check(communityId, userId)).toEqual([]);
    }
  });

  /** Bonuses as they stand: when they were reached, and what they pay. */
  async function bonusesOf(communityId: string, userId: string) {
    const rows = await database.owner
      .selectFrom("activities")
      .select(["activity_id", "occurred_at", "xp"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .where("action", "=", "streak_bonus")
      .where("outcome", "=", "awarded")
      .orderBy("activity_id")
      .execute();
    return rows.map((row) => [
      row.activity_id?.replace(`streak_bonus:${userId}:`, ""),
      row.occurred_at?.toISOString(),
      row.xp,
    ]);
  }

  const memberRow = (communityId: string, userId: string) =>
    database.owner
      .selectFrom("users")
      .select(["xp", "level", "last_activity_at"])
      .where("community_id", "=", communityId)
      .where("user_id", "=", userId)
      .executeTakeFirstOrThrow();

  const noon = (day: number) => `2025-05-${String(day).padStart(2, "0")}T12:00:00Z`;

  test("a milestone pays on the day that reaches it, in each run once; late days and removals move it", async () => {
    const milestones = [
      { days: 3, xp: 50 },
      { days: 5, xp: 7 },
    ];
    const [communityId, userId] = [await aPlace({ streaks: { milestones } }), aUserId()];
    for (const day of [1, 2, 3, 5, 6, 7]) await doIt(communityId, userId, noon(day));
    expect(await bonusesOf(communityId, userId)).toEqual([
      ["2025-05-03:3", "2025-05-03T00:00:00.000Z", 50],
      ["2025-05-07:3", "2025-05-07T00:00:00.000Z", 50],
    ]);
    expect(await memberRow(communityId, userId)).toMatchObject({ xp: 6 * 20 + 100 });

    await doIt(communityId, userId, noon(4));
    const joined = [
      ["2025-05-03:3", "2025-05-03T00:00:00.000Z", 50],
      ["2025-05-05:5", "2025-05-05T00:00:00.000Z", 7],
    ];
    expect(await bonusesOf(communityId, userId)).toEqual(joined);
    expect(await memberRow(communityId, userId)).toMatchObject({ xp: 7 * 20 + 57 });

    await doIt(communityId, userId, `-${noon(2)}`);
    expect(await bonusesOf(communityId, userId)).toEqual([
      ["2025-05-05:3", "2025-05-05T00:00:00.000Z", 50],
      ["2025-05-07:5", "2025-05-07T00:00:00.000Z", 7],
    ]);
    expect(await memberRow(communityId, userId)).toMatchObject({ xp: 6 * 20 + 57 });
    expect(await check(communityId, userId)).toEqual([]);

    await doIt(communityId, userId, `+${noon(2)}`);
    expect(await bonusesOf(communityId, userId)).toEqual(joined);
    expect(await memberRow(communityId, userId)).toMatchObject({ xp: 7 * 20 + 57 });
    expect(await check(communityId, userId)).toEqual([]);
  });

  test("a bonus is multiplied by nothing, held by no cap and is no activity of the member's own", async () => {
    const boosts = [
      {
        id: "double",
        name: "Double",
        percent: 200,
        startsAt: "2025-05-01T00:00:00.000Z",
        endsAt: "2025-06-01T00:00:00.000Z",
      },
    ];
    const communityId = await aCommunity(database, (settings) => ({
      ...settings,
      timeZone: "UTC",
      dailyXpCap: 30,
      multipliers: { channels: {}, roles: {}, boosts },
      streaks: { ...settings.streaks, ...NOTHING, milestones: [{ days: 2, xp: 1000 }] },
    }));
    const userId = aUserId();
    for (const day of [1, 2]) await doIt(communityId, userId, noon(day));
    await doIt(communityId, userId, "2025-05-02T13:00:00Z"); // the cap is met by the first
    expect(await memberRow(communityId, userId)).toEqual({
      xp: 2 * 30 + 1000,
      level: 5,
      last_activity_at: new Date("2025-05-02T13:00:00Z"),
    });
    expect(await check(communityId, userId)).toEqual([]);
  });

  test.each([
    ["America/Santiago", "2025-09-06T12:00:00Z", "2025-09-07T12:00:00Z", "2025-09-07T04:00:00.000Z"],
    ["America/Havana", "2025-11-01T12:00:00Z", "2025-11-02T12:00:00Z", undefined],
    ["Asia/Kolkata", "2025-09-06T12:00:00Z", "2025-09-07T12:00:00Z", "2025-09-06T18:30:00.000Z"],
    ["Pacific/Kiritimati", "2025-09-06T12:00:00Z", "2025-09-07T12:00:00Z", "2025-09-07T10:00:00.000Z"],
  ])("in %s a bonus comes with the first moment of its day", async (timeZone, first, second, moment) => {
    const streaks = { milestones: [{ days: 2, xp: 10 }] };
    const [communityId, userId] = [await aPlace({ timeZone, streaks }), aUserId()];
    for (const at of [first, second]) await doIt(communityId, userId, at);
    const [bonus] = await bonusesOf(communityId, userId);
    expect(bonus?.[2]).toBe(10);
    // One of the two midnights of Havana's 2 November.
    if (moment === undefined) expect(bonus?.[1]).toMatch(/^2025-11-02T0[45]:00:00.000Z$/);
    else expect(bonus?.[1]).toBe(moment);
    expect(await check(communityId, userId)).toEqual([]);
  });

  const diary = fc.record({
    freezeEveryDays: fc.integer({ min: 0, max: 4 }),
    maxFreezes: fc.integer({ min: 0, max: 2 }),
    pause: fc.option(fc.tuple(fc.integer({ min: 1, max: 31 }), fc.integer({ min: 0, max: 4 })), { nil: undefined }),
    active: fc.uniqueArray(fc.integer({ min: 1, max: 31 }), { minLength: 1, maxLength: 26 }),
    removed: fc.uniqueArray(fc.nat({ max: 25 }), { maxLength: 4 }),
    order: fc.nat({ max: 10_000 }),
    milestone: fc.integer({ min: 2, max: 5 }),
  });

  test(`equals counting on one's fingers, day after day, whatever came first and whatever was removed (seed ${SEED})`, async () => {
    await fc.assert(
      fc.asyncProperty(diary, async (plan) => {
        const { freezeEveryDays, maxFreezes, milestone } = plan;
        const pauseDays = plan.pause ? range(plan.pause[0], Math.min(31, plan.pause[0] + plan.pause[1])) : [];
        const pauses =
          pauseDays.length === 0
            ? []
            : [{ from: noon(pauseDays[0] ?? 0).slice(0, 10), to: noon(pauseDays.at(-1) ?? 0).slice(0, 10) }];
        const milestones = [{ days: milestone, xp: 3 }];
        const streaks = { freezeEveryDays, maxFreezes, pauses, milestones };
        const [communityId, userId] = [await aPlace({ streaks }), aUserId()];
        const removed = plan.removed.flatMap((n) => plan.active[n] ?? []);
        const steps = [...plan.active.map(noon), ...removed.map((day) => `-${noon(day)}`)];
        for (const step of shuffled(steps, plan.order)) await doIt(communityId, userId, step);

        const left = new Set(plan.active.filter((day) => !removed.includes(day)));
        const counted = countOnFingers(left, new Set(pauseDays), { freezeEveryDays, maxFreezes, milestone });
        const lastDay = counted.lastDay === null ? null : noon(counted.lastDay).slice(0, 10);
        expect(await streakOf(communityId, userId)).toEqual([lastDay, counted.days, counted.longest, counted.freezes]);
        expect((await memberRow(communityId, userId)).xp).toBe(left.size * 20 + counted.milestones * 3);
        expect(await check(communityId, userId)).toEqual([]);
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
    );
  }, 600_000);
});

const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, n) => from + n);

/** Day by day through a month, as a member with a calendar and a few coins would: a coin stands in for a missed day. */
function countOnFingers(
  active: ReadonlySet<number>,
  rest: ReadonlySet<number>,
  { freezeEveryDays, maxFreezes, milestone }: { freezeEveryDays: number; maxFreezes: number; milestone: number },
) {
  const at = { days: 0, longest: 0, freezes: 0, milestones: 0, lastDay: null as number | null };
  const asTheyWere = { ...at };
  let isBroken = true;
  for (let day = 1; day <= 31; day += 1) {
    if (active.has(day)) {
      if (isBroken) Object.assign(at, { days: 0, freezes: 0 });
      isBroken = false;
      at.days += 1;
      if (freezeEveryDays > 0 && at.days % freezeEveryDays === 0) at.freezes = Math.min(maxFreezes, at.freezes + 1);
      if (at.days === milestone) at.milestones += 1;
      at.longest = Math.max(at.longest, at.days);
      at.lastDay = day;
      Object.assign(asTheyWere, at); // what is missed after the last active day costs nothing until somebody comes back
    } else if (!rest.has(day) && !isBroken) {
      if (at.freezes > 0) at.freezes -= 1;
      else isBroken = true;
    }
  }
  return asTheyWere;
}
