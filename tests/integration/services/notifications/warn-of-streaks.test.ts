import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { setPreferences } from "@/services/notifications/preferences";
import { sendNotifications } from "@/services/notifications/send-notifications";
import { warnOfStreaks } from "@/services/notifications/warn-of-streaks";
import { dayIn } from "@/services/xp/calendar";
import { useDatabase } from "@/tests/support/database";
import { nth, withInstances } from "@/tests/support/instances";
import { notifyDeps } from "@/tests/support/notify-deps";
import { aNamedMember, aNotifyingCommunity, messageRows, saidBy, tellBy } from "@/tests/support/notifying";
import { aWhop } from "@/tests/support/whop";

const DAY_MS = 86_400_000;

/** A time zone in which it is that hour now, with no change of clocks. */
function zoneAt(hour: number): string {
  const ahead = (hour - new Date().getUTCHours() + 24 + 10) % 24;
  const hours = ahead - 10; // from ten behind to thirteen ahead
  return hours === 0 ? "Etc/GMT" : `Etc/GMT${hours > 0 ? "-" : "+"}${Math.abs(hours)}`;
}

describe("a word before a streak ends", () => {
  const database = useDatabase();
  const whop = aWhop({ rateLimitPerMinute: 0 });
  const now = () => new Date();
  const warn = () => warnOfStreaks({ db: database.db, now });
  const send = (communityId: string) => sendNotifications(notifyDeps(database, whop()), { communityId });
  const rows = (communityId: string) => messageRows(database, communityId);
  const pushes = (communityId: string) => saidBy(whop()).pushes.filter(({ company_id }) => company_id === communityId);

  type Place = { hour?: number; streaks?: Partial<Settings["streaks"]>; paused?: boolean };

  async function aPlace({ hour = 21, streaks = {}, paused = false }: Place = {}) {
    const { companyId: communityId } = await aNotifyingCommunity(database, whop());
    const { settings } = await findSettings(database, communityId);
    const timeZone = zoneAt(hour);
    const changed = { ...settings, timeZone, paused, streaks: { ...settings.streaks, ...streaks } };
    await changeSettings(database, communityId, { settings: changed, validFrom: new Date(0), by: "user_owner" });
    const ago = (days: number) => dayIn(timeZone, new Date(Date.now() - days * DAY_MS));
    return { communityId, ago, timeZone };
  }

  type Kept = { days?: number; daysAgo?: number; freezes?: number; wants?: boolean; notifications?: boolean };

  /** Somebody whose last active day was yesterday and who wants the word, unless said otherwise. */
  async function aMember(
    { communityId, ago }: { communityId: string; ago: (days: number) => string },
    kept: Kept = {},
  ) {
    const { days = 6, daysAgo = 1, freezes = 0, wants = true, notifications = true } = kept;
    const userId = await aNamedMember(database, whop(), communityId);
    await setPreferences(database, communityId, userId, { notifications, streakWarning: wants, timeZone: null });
    await sql`update users set streak_days = ${days}, streak_day = ${ago(daysAgo)}::date, streak_longest = ${days},
        streak_freezes = ${freezes}
      where community_id = ${communityId} and user_id = ${userId}`.execute(database.owner);
    return userId;
  }

  test("is sent once for a day, in plain words, to who has asked for it", async () => {
    const place = await aPlace();
    const userId = await aMember(place);
    expect(await warn()).toBe(1);
    expect(await warn()).toBe(0);
    await send(place.communityId);
    expect(pushes(place.communityId)).toMatchObject([
      {
        title: "6 days in a row",
        content: "Nothing has been counted today. Write before midnight to keep it.",
        user_ids: [userId],
      },
    ]);
    expect(await warn()).toBe(0);
    expect(await rows(place.communityId)).toMatchObject([{ state: "sent", about: "streak_warning", channel: "push" }]);
  });

  test.each([
    ["one freeze", { freezes: 1 }, "Nothing has been counted today. Write before midnight, or your freeze is used."],
    [
      "several",
      { freezes: 2 },
      "Nothing has been counted today. Write before midnight, or one of your 2 freezes is used.",
    ],
    [
      "what is left of them after the days that were missed",
      { freezes: 2, daysAgo: 2 },
      "Nothing has been counted today. Write before midnight, or your freeze is used.",
    ],
  ] as const)("says that a freeze stands in where there is %s", async (_what, kept, content) => {
    const place = await aPlace();
    await aMember(place, kept);
    await warn();
    await send(place.communityId);
    expect(pushes(place.communityId)).toMatchObject([{ content }]);
  });

  test.each<[string, Kept]>([
    ["who has not asked for it", { wants: false }],
    ["who wants no messages at all", { notifications: false }],
    ["a streak of two days", { days: 2 }],
    ["a streak that has ended already", { daysAgo: 2 }],
    ["who has been here today", { daysAgo: 0 }],
  ])("is not for %s", async (_what, kept) => {
    const place = await aPlace();
    await aMember(place, kept);
    await warn();
    expect(await rows(place.communityId)).toEqual([]);
  });

  test("is not for who has left", async () => {
    const place = await aPlace();
    const userId = await aMember(place);
    await sql`update users set membership = 'left', left_at = now() where user_id = ${userId}`.execute(database.owner);
    await warn();
    expect(await rows(place.communityId)).toEqual([]);
  });

  test.each<[string, (today: string) => Place]>([
    ["before the evening", () => ({ hour: 12 })],
    ["on a day of a pause", (today) => ({ streaks: { pauses: [{ from: today, to: today }] } })],
    ["while XP are paused", () => ({ paused: true })],
    ["where streaks are off", () => ({ streaks: { enabled: false } })],
  ])("is not sent %s", async (_what, settings) => {
    const place = await aPlace(settings(dayIn(zoneAt(21), new Date())));
    await aMember(place);
    await warn();
    expect(await rows(place.communityId)).toEqual([]);
  });

  test("is for the members of a community in its own evening alone", async () => {
    const [evening, noon] = [await aPlace({ hour: 22 }), await aPlace({ hour: 13 })];
    await aMember(evening);
    await aMember(noon);
    await warn();
    expect(await rows(evening.communityId)).toHaveLength(1);
    expect(await rows(noon.communityId)).toEqual([]);
  });

  test("is taken back when the day becomes active before it is sent, or the member changes their mind", async () => {
    const place = await aPlace();
    const [active, unwilling] = [await aMember(place), await aMember(place)];
    await warn();
    await sql`update users set streak_day = ${place.ago(0)}::date, streak_days = 7 where user_id = ${active}`.execute(
      database.owner,
    );
    const choice = { notifications: true, streakWarning: false, timeZone: null };
    await setPreferences(database, place.communityId, unwilling, choice);
    await send(place.communityId);
    const why = new Map((await rows(place.communityId)).map((row) => [row.user_id, row.cancelled_because]));
    expect(why).toEqual(
      new Map([
        [active, "streak_kept"],
        [unwilling, "opted_out"],
      ]),
    );
    expect(pushes(place.communityId)).toEqual([]);
  });

  test("is left unsaid where quiet hours last until midnight, and waits for those that end before", async () => {
    const place = await aPlace();
    await aMember(place);
    await tellBy(database, place.communityId, {
      quietHours: { enabled: true, from: "20:00", to: "08:00", zone: "community" },
    });
    await warn();
    await send(place.communityId);
    expect(await rows(place.communityId)).toMatchObject([{ state: "cancelled", cancelled_because: "expired" }]);

    const other = await aPlace();
    await aMember(other);
    await tellBy(database, other.communityId, {
      quietHours: { enabled: true, from: "20:00", to: "23:30", zone: "community" },
    });
    await warn();
    await send(other.communityId);
    const [waiting] = await rows(other.communityId);
    expect(waiting).toMatchObject({ state: "due" });
    expect(Number(waiting?.next_attempt_at)).toBeGreaterThan(Date.now());
  });

  test("is no warning any more once its day is over", async () => {
    const place = await aPlace();
    await aMember(place);
    await warn();
    // Quiet hours have moved the end of its life, as they do for all messages; its day ends all the same.
    await sql`update notifications set payload = payload || jsonb_build_object('until', now())
      where community_id = ${place.communityId}`.execute(database.owner);
    await send(place.communityId);
    expect(await rows(place.communityId)).toMatchObject([{ state: "cancelled", cancelled_because: "expired" }]);
  });

  test("five workers at once queue it once", async () => {
    const place = await aPlace();
    await aMember(place);
    await withInstances(database, 5, (instances) =>
      Promise.all(Array.from({ length: 5 }, (_, n) => warnOfStreaks({ db: nth(instances, n).db, now }))),
    );
    expect(await rows(place.communityId)).toHaveLength(1);
  });

  test("the application queues none for another community, nor for who has not asked", async () => {
    const [place, elsewhere] = [await aPlace(), await aPlace()];
    const [stranger, unasked] = [await aMember(elsewhere), await aMember(place, { wants: false })];
    const queue = (communityId: string, userId: string) =>
      inCommunity(database.db, place.communityId, (trx) =>
        sql<{
          queued: number;
        }>`select queue_streak_warnings(${communityId}, ${place.ago(0)}::date, now() + interval '1 hour',
          ${JSON.stringify([{ userId, days: 6, freezes: 0 }])}::jsonb) as queued`.execute(trx),
      );
    await expect(queue(elsewhere.communityId, stranger)).rejects.toThrow(/community/);
    expect((await queue(place.communityId, unasked)).rows).toEqual([{ queued: 0 }]);
    expect((await queue(place.communityId, stranger)).rows).toEqual([{ queued: 0 }]);
  });
});
