import { sql } from "kysely";
import type { Freshness } from "@/services/activity/freshness";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { anApp } from "@/tests/support/app";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();
const HOUR_MS = 3_600_000;

/** A community in which something was written that Whop has told nobody of. */
async function aPlace({ ageMs = HOUR_MS } = {}): Promise<CommunityInWhop & { messageId: string }> {
  const place = aCommunityIn(app().whop);
  for (const id of [place.experienceId, place.companyId]) await app().deps.communities.resolve(id);
  await sql`update communities set created_at = now() - interval '1 day' where community_id = ${place.companyId}`.execute(
    app().database.owner,
  );
  const { id } = app().whop.world.postMessage({
    userId: place.memberId,
    channelId: place.chatExperienceId,
    content: "Nobody was told of this",
    createdAt: new Date(Date.now() - ageMs),
    deliver: false,
  });
  return { ...place, messageId: id };
}

async function post(place: CommunityInWhop, as: string, action: string) {
  const response = await app().call("/api/sync", { as, json: { experienceId: place.experienceId, action } });
  const body: Freshness = await response.json();
  return { status: response.status, body };
}

async function get(place: CommunityInWhop, as: string) {
  const response = await app().call(`/api/sync?experienceId=${place.experienceId}`, { as });
  const body: Freshness = await response.json();
  return { status: response.status, body };
}

async function sourceOf({ companyId, messageId }: { companyId: string; messageId: string }) {
  const { rows } = await sql<{ source: string }>`select source from activity_log
    where community_id = ${companyId} and activity_id = ${`message:${messageId}`}`.execute(app().database.owner);
  return rows.map(({ source }) => source);
}

async function ended(place: CommunityInWhop, state: string): Promise<Freshness> {
  for (let tries = 0; tries < 400; tries += 1) {
    const { body } = await get(place, place.ownerId);
    if (body.backFill?.state === state) return body;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`The back-fill did not come to be ${state}.`);
}

test("before anything has been read, the team sees which things will be", async () => {
  const place = await aPlace();
  const { status, body } = await get(place, place.moderatorId);
  expect([status, body.paused, body.isRunning, body.backFill]).toEqual([200, null, false, null]);
  expect(body.features.map(({ feature, permission, lastRunAt }) => [feature, permission, lastRunAt])).toEqual(
    expect.arrayContaining([["chat", "chat:read", null]]),
  );
});

test("an admin has it checked now, and sees in the answer what has come of it", async () => {
  const place = await aPlace();
  const { status, body } = await post(place, place.ownerId, "check");
  expect(status).toBe(200);
  const chat = body.features.find(({ feature }) => feature === "chat");
  expect(chat).toMatchObject({ problem: null, counts: expect.objectContaining({ recorded: 1 }) });
  expect(Date.parse(chat?.caughtUpTo ?? "")).toBeGreaterThan(Date.now() - HOUR_MS);
  expect(await sourceOf(place)).toEqual(["sync"]);
});

test("a permission that is missing is named with the feature that needs it", async () => {
  const place = await aPlace();
  app().whop.permissions.revoke(place.companyId, "messages.list");
  const { body } = await post(place, place.ownerId, "check");
  const chat = body.features.find(({ feature }) => feature === "chat");
  expect(chat).toMatchObject({ problem: "no_permission", permission: "chat:read" });
});

test("an admin begins a back-fill, and the past is counted without anybody waiting for it", async () => {
  const place = await aPlace({ ageMs: 50 * 24 * HOUR_MS });
  const { status, body } = await post(place, place.ownerId, "start_back_fill");
  expect([status, body.backFill?.finishedAt]).toEqual([200, null]);
  expect((await ended(place, "done")).backFill).toMatchObject({ read: 1, recorded: 1, xp: 20 });
  expect(await sourceOf(place)).toEqual(["history"]);
}, 60_000);

test("an admin stops a back-fill; stopping none says how it stands", async () => {
  const place = await aPlace();
  expect((await post(place, place.ownerId, "stop_back_fill")).body.backFill).toBeNull();
  app().whop.faults.add({ kind: "status", status: 503, operation: "chatChannels.list", times: 50 });
  await post(place, place.ownerId, "start_back_fill");
  expect((await post(place, place.ownerId, "stop_back_fill")).body.backFill).toMatchObject({ state: "cancelled" });
  expect((await ended(place, "cancelled")).backFill).toMatchObject({ counted: 0 });
});

test("a moderator reads, and can set nothing off; a member does not even read", async () => {
  const place = await aPlace();
  expect((await get(place, place.moderatorId)).status).toBe(200);
  for (const action of ["check", "start_back_fill", "stop_back_fill"]) {
    expect([action, (await post(place, place.moderatorId, action)).status]).toEqual([action, 403]);
  }
  expect((await get(place, place.memberId)).status).toBe(403);
  expect((await get(place, place.ownerId)).body.backFill).toBeNull();
});

test.each([{}, { action: "delete" }, { action: "check", days: 900 }])("%j is refused", async (json) => {
  const place = await aPlace();
  const response = await app().call("/api/sync", {
    as: place.ownerId,
    json: { experienceId: place.experienceId, ...json },
  });
  expect(response.status).toBe(400);
});

test("whoever checks again and again is told to wait", async () => {
  const place = await aPlace();
  const statuses = [];
  for (let n = 0; n < 13; n += 1) statuses.push((await post(place, place.ownerId, "stop_back_fill")).status);
  expect(statuses.slice(0, 12)).toEqual(Array(12).fill(200));
  expect(statuses[12]).toBe(429);
});

test("the past is counted from the onboarding on where it was ticked there, and only there", async () => {
  for (const [choice, expected] of [
    [{}, null],
    [{ countPast: false }, null],
    [{ countPast: true }, expect.objectContaining({ since: expect.any(String) })],
  ] as const) {
    const place = await aPlace();
    const { rules } = await readOnboarding(app().deps, place.companyId);
    const response = await app().call("/api/onboarding", {
      as: place.ownerId,
      json: {
        experienceId: place.experienceId,
        timeZone: "Europe/Berlin",
        rules: Object.fromEntries(rules.map(({ ruleId }) => [ruleId, true])),
        seen: null,
        ...choice,
      },
    });
    expect(response.status).toBe(200);
    expect((await get(place, place.ownerId)).body.backFill).toEqual(expected);
  }
});
