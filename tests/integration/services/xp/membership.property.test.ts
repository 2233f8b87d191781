import fc from "fast-check";
import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { Settings } from "@/services/communities/settings.schema";
import { awardActivities } from "@/services/xp/award-activity";
import { checkMember } from "@/services/xp/check-member";
import { type MembershipEvent, membershipOf } from "@/services/xp/membership";
import { listMemberships } from "@/services/xp/membership.queries";
import { readRules } from "@/services/xp/stored-state";
import { aCommunity, aMessage, aUserId } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";

const SEED = Number(process.env.PROPERTY_SEED ?? Date.now() % 1_000_000);
const RUNS = Number(process.env.PROPERTY_RUNS ?? 60);
const HOUR_MS = 3_600_000;
const NOW_HOURS = 20 * 24;
let database: TestDatabase;
beforeAll(async () => {
  database = await aDatabase();
});
afterAll(() => database.drop());

const hoursAgo = (hours: number) => new Date(Math.floor(Date.now() / 1000) * 1000 - hours * HOUR_MS);

const leaving = fc.constantFrom("keep", "hide", "reset");
const leavers = fc.record({ left: leaving, banned: leaving, resetAfterDays: fc.constantFrom(0, 0, 1, 3, 10) });
/** Often the same one, for events at one moment, or half an hour before. */
const hour = fc.oneof(fc.integer({ min: 2, max: NOW_HOURS }), fc.constantFrom(30, 30.5, 60));
const event = fc.record({
  membershipId: fc.constantFrom(null, "mem_1", "mem_2"),
  kind: fc.constantFrom<MembershipEvent["kind"]>("joined", "joined", "left", "left", "banned", "unbanned"),
  hoursAgo: hour,
});
const story = fc.record({
  first: leavers,
  changes: fc.array(fc.record({ leavers, hoursAgo: hour }), { maxLength: 2 }),
  events: fc.array(event, { minLength: 1, maxLength: 8 }),
  order: fc.array(fc.nat(), { minLength: 16, maxLength: 16 }),
  messages: fc.array(hour, { maxLength: 6 }),
});

/** The community of a story: the choices, the newest last, each from its time on. */
async function aStory({
  first,
  changes,
}: {
  first: Settings["leavers"];
  changes: { leavers: Settings["leavers"]; hoursAgo: number }[];
}) {
  const communityId = await aCommunity(database, (settings) => ({ ...settings, leavers: first }));
  for (const change of changes) {
    const { settings } = await findSettings(database, communityId);
    const validFrom = hoursAgo(change.hoursAgo);
    await changeSettings(database, communityId, {
      settings: { ...settings, leavers: change.leavers },
      validFrom,
      by: "user_owner",
    });
  }
  return communityId;
}

test(`${RUNS} random stories of coming and going, told twice and in any order, make of a member what the model does (seed ${SEED})`, async () => {
  await fc.assert(
    fc.asyncProperty(story, async (told) => {
      const communityId = await aStory(told);
      const userId = aUserId();
      const events = told.events.map((one, at): MembershipEvent & { at: number } => ({
        ...one,
        eventId: `e${at}`,
        occurredAt: hoursAgo(one.hoursAgo),
        at,
      }));
      const steps = [
        ...[...events, ...events].map((one) => () => record(communityId, userId, one)),
        ...told.messages.map((hours) => () => {
          const message = aMessage({ userId, occurredAt: hoursAgo(hours) });
          return awardActivities(database, communityId, [message]);
        }),
      ];
      for (const step of inOrder(steps, told.order)) await step();

      await inCommunity(database.db, communityId, async (trx) => {
        const rules = await readRules(trx, communityId);
        const wanted = membershipOf(events, rules.settingsVersions, new Date());
        const [stored] = await listMemberships(trx, communityId, [userId]);
        if (stored || wanted.membership !== "member" || wanted.resetAt) expect(stored).toEqual({ userId, ...wanted });
        // The fold from the reset on, place on the boards and all else.
        if (stored) expect(await checkMember(trx, rules, userId)).toEqual([]);
      });
    }),
    { numRuns: RUNS, seed: SEED, endOnFailure: process.env.PROPERTY_SHRINK === undefined },
  );
}, 300_000);

function inOrder<T>(steps: readonly T[], order: readonly number[]): T[] {
  return steps
    .map((step, at) => ({ step, place: (order[at % order.length] ?? 0) * 31 + at }))
    .sort((a, b) => (a.place % 1009) - (b.place % 1009))
    .map(({ step }) => step);
}

async function record(communityId: string, userId: string, event: MembershipEvent): Promise<void> {
  const { eventId, membershipId, kind, occurredAt } = event;
  await inCommunity(database.db, communityId, (trx) =>
    sql`select record_membership(${communityId}, ${userId}, ${eventId}, ${membershipId}, ${kind}, ${occurredAt}, 'webhook')`.execute(
      trx,
    ),
  );
}
