import { randomUUID } from "node:crypto";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import type { ActionRate } from "@/services/communities/settings.schema";
import { anApp } from "@/tests/support/app";
import { storedMember } from "@/tests/support/community";
import { aReactionEvent } from "@/tests/support/events";
import { openLivePage } from "@/tests/support/live";
import { eventually } from "@/tests/support/realtime";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp({ env: BEHIND_PROXIES, realtime: true });

/** A community where these actions differ from the default. */
async function aPlace(changes: Record<string, Partial<ActionRate>> = {}): Promise<CommunityInWhop> {
  const place = aCommunityIn(app().whop);
  const { deps } = app();
  await deps.communities.resolve(place.experienceId);
  const { settings } = await findSettings(deps, place.companyId);
  const actions = Object.fromEntries(
    Object.entries(settings.actions).map(([action, rate]) => [action, { ...rate, ...changes[action] }]),
  );
  const change = { settings: { ...settings, actions }, validFrom: new Date(0), by: place.ownerId };
  await changeSettings(deps, place.companyId, change);
  return place;
}

async function send(event: unknown): Promise<void> {
  expect((await sendWebhook(app(), event)).status).toBe(200);
}

const xpOf = async ({ companyId }: CommunityInWhop, userId: string) =>
  (await storedMember(app().database, companyId, userId))?.xp;

async function outcomesOf(userId: string) {
  const rows = await app()
    .database.owner.selectFrom("activities")
    .select(["activity_id", "outcome", "xp", "occurred_at"])
    .where("user_id", "=", userId)
    .orderBy("occurred_at")
    .orderBy("activity_id")
    .execute();
  return rows.map(({ activity_id, outcome, xp }) => [activity_id, outcome, Number(xp)]);
}

/** `course_lesson_interaction.completed` as Whop sends it. */
function aLessonEvent(place: CommunityInWhop, lessonId = "lesn_1", more: object = {}) {
  return {
    id: `msg_${randomUUID()}`,
    type: "course_lesson_interaction.completed",
    api_version: "v1",
    timestamp: new Date().toISOString(),
    company_id: place.companyId,
    data: {
      id: `cli_${randomUUID()}`,
      completed: true,
      created_at: new Date(Date.now() - 86_400_000).toISOString(),
      course: { id: "cors_1", title: "First steps", experience: { id: place.chatExperienceId } },
      lesson: { id: lessonId, title: "One", chapter: { id: "chap_1" } },
      user: { id: place.memberId, username: "mia", name: "Mia Member" },
      ...more,
    },
  };
}

describe("a reaction where authors earn too", () => {
  const RECEIVED = { reaction_received: { enabled: true, minXp: 2, maxXp: 2 } };

  test("pays who reacts and the author, and fifty deliveries at once pay both once", async () => {
    const place = await aPlace(RECEIVED);
    const event = aReactionEvent(place, { id: "post_liked" });
    await Promise.all(Array.from({ length: 50 }, () => send(event)));
    expect(await outcomesOf(place.memberId)).toEqual([[`reaction:${place.memberId}:post_liked`, "awarded", 5]]);
    expect(await outcomesOf(place.ownerId)).toEqual([[`reaction_received:${place.memberId}:post_liked`, "awarded", 2]]);
    expect([await xpOf(place, place.memberId), await xpOf(place, place.ownerId)]).toEqual([5, 2]);
  });

  test("tells both of them at once", async () => {
    // On a busy machine Redis may count as away just then, and nobody is told: then two others are.
    for (let tries = 5; ; tries -= 1) {
      const place = await aPlace(RECEIVED);
      const [reacts, wrote] = await Promise.all(
        [place.memberId, place.ownerId].map((userId) => openLivePage(app(), place, userId)),
      );
      await send(aReactionEvent(place));
      const areTold = eventually("the news of both", () => [reacts, wrote].every((page) => page?.news().length));
      if (tries > 1 && (await areTold.then(() => false).catch(() => true))) continue;
      await areTold;
      expect(reacts?.news()[0]).toMatchObject({ progress: { xp: 5 }, activity: { action: "reaction", xp: 5 } });
      expect(wrote?.news()[0]).toMatchObject({ progress: { xp: 2 }, activity: { action: "reaction_received", xp: 2 } });
      return;
    }
  });

  test("to one's own message pays neither side of oneself", async () => {
    const place = await aPlace(RECEIVED);
    await send(aReactionEvent(place, { id: "post_own", author: place.memberId }));
    expect(await outcomesOf(place.memberId)).toEqual([[`reaction:${place.memberId}:post_own`, "self", 0]]);
  });

  test("goes by the author's own cooldown and cap, whoever reacts", async () => {
    const place = await aPlace({ reaction_received: { enabled: true, minXp: 2, maxXp: 2, dailyXpCap: 3 } });
    for (const userId of [place.memberId, place.moderatorId, place.strangerId]) {
      await send(aReactionEvent(place, { id: "post_loved", userId }));
    }
    expect((await outcomesOf(place.ownerId)).map(([, outcome, xp]) => [outcome, xp])).toEqual([
      ["awarded", 2],
      ["awarded", 1],
      ["daily_cap", 0],
    ]);
  });

  test("two who react to each other at the same time, again and again, never wait for each other for ever", async () => {
    const place = await aPlace({ ...RECEIVED, reaction: { cooldownSeconds: 0 } });
    const [one, other] = [place.memberId, place.moderatorId];
    await Promise.all(
      Array.from({ length: 20 }, (_, n) => [
        send(aReactionEvent(place, { id: `post_a${n}`, userId: one, author: other })),
        send(aReactionEvent(place, { id: `post_b${n}`, userId: other, author: one })),
      ]).flat(),
    );
    expect([await xpOf(place, one), await xpOf(place, other)]).toEqual([140, 140]);
  });
});

test("a reaction to a message older than the retention pays nobody, however often it is toggled", async () => {
  const place = await aPlace({ reaction_received: { enabled: true, minXp: 2, maxXp: 2 } });
  const createdAt = new Date(Date.now() - 91 * 86_400_000);
  const event = aReactionEvent(place, { id: "post_old", createdAt });
  await send(event);
  await send({ ...event, id: `msg_${randomUUID()}` });
  expect(await outcomesOf(place.memberId)).toEqual([]);
  expect([await xpOf(place, place.memberId), await xpOf(place, place.ownerId)]).toEqual([0, 0]);
});

test("a reaction where authors earn nothing leaves no trace with the author", async () => {
  const place = await aPlace();
  await send(aReactionEvent(place));
  expect(await xpOf(place, place.memberId)).toBe(5);
  expect(await storedMember(app().database, place.companyId, place.ownerId)).toBeUndefined();
});

describe("a lesson", () => {
  test("that is finished pays once, whatever Whop calls its record and however often it is finished", async () => {
    const place = await aPlace({ lesson: { enabled: true, minXp: 50, maxXp: 50 } });
    const event = aLessonEvent(place);
    await Promise.all(Array.from({ length: 20 }, () => send(event)));
    await send(aLessonEvent(place));
    await send(aLessonEvent(place, "lesn_2"));
    expect(await xpOf(place, place.memberId)).toBe(100);
  });

  test("that is not finished, or that does not pay here, pays nothing", async () => {
    const place = await aPlace();
    await send(aLessonEvent(place, "lesn_1", { completed: false }));
    expect(await outcomesOf(place.memberId)).toEqual([]);
    await send(aLessonEvent(place, "lesn_2"));
    expect(await outcomesOf(place.memberId)).toEqual([[`lesson:${place.memberId}:lesn_2`, "disabled", 0]]);
  });

  test("counts at the time at which it was finished, where Whop says so", async () => {
    const place = await aPlace({ lesson: { enabled: true, minXp: 50, maxXp: 50 } });
    const finishedAt = new Date(Math.floor(Date.now()) - 3_600_000);
    await send(aLessonEvent(place, "lesn_1", { completed_at: finishedAt.toISOString() }));
    const { occurred_at } = await app()
      .database.owner.selectFrom("activities")
      .select("occurred_at")
      .where("user_id", "=", place.memberId)
      .executeTakeFirstOrThrow();
    expect(occurred_at).toEqual(finishedAt);
  });
});

describe("a membership that begins, where joining pays", () => {
  const activated = ({ companyId }: CommunityInWhop, userId: string, data: object = {}) => ({
    ...{ id: `msg_${randomUUID()}`, type: "membership.activated", api_version: "v1", company_id: companyId },
    timestamp: new Date().toISOString(),
    data: { id: "mem_1", status: "active", user: { id: userId }, company: { id: companyId, title: "C" }, ...data },
  });

  test("pays once, whatever else its member buys", async () => {
    const place = await aPlace({ member_joined: { enabled: true, minXp: 50, maxXp: 50 } });
    await Promise.all(Array.from({ length: 10 }, () => send(activated(place, place.memberId))));
    await send(activated(place, place.memberId, { id: "mem_2" }));
    expect(await outcomesOf(place.memberId)).toEqual([[`member_joined:${place.memberId}`, "awarded", 50]]);
  });

  test("pays nobody for having come before the time that is kept", async () => {
    const place = await aPlace({ member_joined: { enabled: true, minXp: 50, maxXp: 50 } });
    const joined_at = new Date(Date.now() - 400 * 86_400_000).toISOString();
    await send(activated(place, place.memberId, { joined_at }));
    expect(await xpOf(place, place.memberId)).toBeUndefined();
  });
});
