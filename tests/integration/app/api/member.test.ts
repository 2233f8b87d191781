import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { awardActivities } from "@/services/xp/award-activity";
import { anApp } from "@/tests/support/app";
import { aMessage, anAdjustment } from "@/tests/support/community";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

async function aPlace(): Promise<CommunityInWhop> {
  const { deps, whop } = app();
  const place = aCommunityIn(whop);
  await inCommunity(deps.db, place.companyId, (trx) =>
    sql`select ensure_community(${place.companyId}, 'Place')`.execute(trx),
  );
  await awardActivities(deps, place.companyId, [
    aMessage({ userId: place.memberId }),
    anAdjustment(800, { userId: place.memberId }),
    aMessage({ userId: place.moderatorId }),
  ]);
  return place;
}

const json = async (response: Response) => [response.status, await response.json()];

test("a member's card and ladder come by any id of the community, and are their own", async () => {
  const { companyId, experienceId, chatExperienceId, memberId } = await aPlace();
  for (const id of [companyId, experienceId, chatExperienceId]) {
    const [status, body] = await json(await app().call(`/api/me?experienceId=${id}`, { as: memberId }));
    expect(status).toBe(200);
    expect(body).toMatchObject({ card: { userId: memberId, progress: { xp: 820, level: 5 }, rank: 1, members: 2 } });
    expect(body.ladder.rungs[0]).toMatchObject({ level: 5, state: "due" });
  }
});

test("a member's history goes on by its cursor, and another member's cursor is refused", async () => {
  const { companyId, experienceId, memberId, moderatorId } = await aPlace();
  const many = Array.from({ length: 40 }, (_, n) =>
    aMessage({ userId: memberId, occurredAt: new Date(Date.now() - (n + 2) * 3_600_000) }),
  );
  await awardActivities(app().deps, companyId, many);
  const get = (as: string, more = "") => app().call(`/api/history?experienceId=${experienceId}${more}`, { as });
  const first = await (await get(memberId)).json();
  expect(first.entries).toHaveLength(30);
  const rest = await (await get(memberId, `&cursor=${first.nextCursor}`)).json();
  expect([rest.entries.length, rest.nextCursor]).toEqual([12, null]);
  expect((await get(moderatorId, `&cursor=${first.nextCursor}`)).status).toBe(400);
});

test("a profile is shown while its member is public, and is not found after", async () => {
  const { experienceId, memberId, moderatorId } = await aPlace();
  const get = (id: string, as = moderatorId) =>
    app().call(`/api/profile?experienceId=${experienceId}&memberId=${id}`, { as });
  const [status, { profile }] = await json(await get(memberId));
  expect([status, profile.userId, profile.rank]).toEqual([200, memberId, 1]);
  const nobody = await json(await get("user_nobody"));
  expect(nobody[0]).toBe(404);
  for (const visibility of ["anonymous", "hidden"]) {
    const change = { method: "PUT", as: memberId, json: { experienceId, visibility } };
    expect(await json(await app().call("/api/visibility", change))).toEqual([200, { visibility }]);
    const [refused, { error }] = await json(await get(memberId));
    expect([refused, error]).toEqual([404, nobody[1].error]);
    expect((await get(memberId, memberId)).status).toBe(200);
  }
});

test("who hides is gone from the board at once, and back where they were when they come back", async () => {
  const { experienceId, memberId, moderatorId } = await aPlace();
  const board = async () => {
    const response = await app().call(`/api/leaderboard?experienceId=${experienceId}`, { as: moderatorId });
    const { leaderboard, total } = await response.json();
    return [total, leaderboard.map((row: { user_id: string }) => row.user_id)];
  };
  const change = (visibility: string) =>
    app().call("/api/visibility", { method: "PUT", as: memberId, json: { experienceId, visibility } });
  expect(await board()).toEqual([2, [memberId, moderatorId]]);
  await change("hidden");
  expect(await board()).toEqual([1, [moderatorId]]);
  await change("public");
  expect(await board()).toEqual([2, [memberId, moderatorId]]);
});

test("my data come as a file to keep, and are whole", async () => {
  const { experienceId, memberId } = await aPlace();
  const response = await app().call(`/api/my-data?experienceId=${experienceId}`, { as: memberId });
  expect(response.status).toBe(200);
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="wee5-my-data-\d{4}-\d\d-\d\d\.json"$/,
  );
  expect(response.headers.get("content-type")).toBe("application/json; charset=utf-8");
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect((await response.json()).activities).toHaveLength(2);
  const head = await app().call(`/api/my-data?experienceId=${experienceId}`, { as: memberId, method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
});

test("my data are deleted only at the word, and then I begin again", async () => {
  const { experienceId, memberId } = await aPlace();
  const erase = (confirm?: string) =>
    app().call("/api/my-data", { method: "DELETE", as: memberId, json: { experienceId, confirm } });
  for (const word of [undefined, "", "yes", "DELETE"]) expect((await erase(word)).status).toBe(400);
  expect(await json(await erase("delete"))).toEqual([200, { success: true, activities: 2, rewardsCancelled: 1 }]);
  const { card, ladder } = await (await app().call(`/api/me?experienceId=${experienceId}`, { as: memberId })).json();
  expect(card).toMatchObject({ progress: { xp: 0, level: 1 }, rank: null, members: 1, weekXp: 0, xpPerDay: null });
  expect(ladder.rungs[0]).toMatchObject({ level: 5, state: "locked" });
});

test.each([
  ["GET", "/api/me?experienceId=nonsense", undefined],
  ["GET", "/api/me?experienceId=ID&userId=user_x", undefined],
  ["GET", "/api/history?experienceId=ID&cursor=AAAA", undefined],
  ["GET", "/api/history?experienceId=ID&cursor=", undefined],
  ["GET", "/api/history?experienceId=ID&limit=1000000", undefined],
  ["GET", "/api/profile?experienceId=ID", undefined],
  ["GET", "/api/profile?experienceId=ID&memberId=%27;drop", undefined],
  ["PUT", "/api/visibility", { visibility: "invisible" }],
  ["PUT", "/api/visibility", { visibility: "hidden", userId: "user_x" }],
])("%s %s %j is bad input", async (method, path, body) => {
  const { experienceId, memberId } = await aPlace();
  const request = { as: memberId, method, ...(body ? { json: { experienceId, ...body } } : {}) };
  const [status, { error }] = await json(await app().call(path.replace("ID", experienceId), request));
  expect([status, error.code]).toEqual([400, "bad_request"]);
});

test("a page may ask every 15 seconds and for every click, but not without end", async () => {
  const { experienceId, memberId } = await aPlace();
  const get = () => app().call(`/api/me?experienceId=${experienceId}`, { as: memberId });
  for (let asked = 0; asked < 60; asked += 1) expect((await get()).status).toBe(200);
  expect((await get()).status).toBe(429);
});
