import { sql } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { anApp } from "@/tests/support/app";
import { putMembers } from "@/tests/support/leaderboard";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();

async function aBoard(): Promise<CommunityInWhop> {
  const { database, deps, whop } = app();
  const community = aCommunityIn(whop);
  const { companyId, memberId, moderatorId } = community;
  await inCommunity(deps.db, companyId, (trx) => sql`select ensure_community(${companyId}, 'Board')`.execute(trx));
  await putMembers(database, deps, companyId, [
    { userId: memberId, xp: 300 },
    { userId: moderatorId, xp: 500 },
  ]);
  return community;
}

async function makePublic({ companyId }: CommunityInWhop): Promise<void> {
  await sql`update communities set board_public = true where community_id = ${companyId}`.execute(app().database.owner);
}

const get = (experienceId: string, query = "", as?: string, headers?: Record<string, string>) =>
  app().call(`/api/leaderboard?experienceId=${experienceId}${query}`, { as, headers });

async function code(response: Response): Promise<[number, string]> {
  const { error } = await response.json();
  return [response.status, error.code];
}

test("a member gets the board in the owner's fields, by any id of the community", async () => {
  const { companyId, experienceId, chatExperienceId, memberId, moderatorId } = await aBoard();
  for (const id of [experienceId, chatExperienceId, companyId]) {
    const response = await get(id, "&me=true&limit=2", memberId);
    expect(response.status).toBe(200);
    const body = await response.json();
    expect(body).toMatchObject({
      leaderboard: [
        { rank: 1, user_id: moderatorId, xp: 500, level: 4, total_messages: 0, total_posts: 0, total_reactions: 0 },
        { rank: 2, user_id: memberId, xp: 300, level: 3 },
      ],
      next_cursor: null,
      me: { rank: 2, user_id: memberId, visibility: "public" },
    });
    expect(typeof body.cached).toBe("boolean");
    expect(body.leaderboard[0]).not.toHaveProperty("visibility");
    expect(body).not.toHaveProperty("around");
  }
});

test("without a token the board is for nobody, unless the community has made it public", async () => {
  const community = await aBoard();
  expect(await code(await get(community.experienceId))).toEqual([401, "unauthorized"]);
  await makePublic(community);
  const response = await get(community.experienceId, "&me=true&around=2");
  expect(response.status).toBe(200);
  const body = await response.json();
  expect(body.leaderboard).toHaveLength(2);
  expect(body).not.toHaveProperty("me");
  expect(body).not.toHaveProperty("around");
});

test("for a signed-in stranger a private board is the same as none; a public one is shown", async () => {
  const community = await aBoard();
  const { experienceId, strangerId } = community;
  const refused = await get(experienceId, "", strangerId);
  const unknown = await get("exp_unknown", "", strangerId);
  const [first, second] = [await refused.json(), await unknown.json()];
  expect([refused.status, unknown.status]).toEqual([404, 404]);
  expect(first.error).toEqual(second.error);
  await makePublic(community);
  expect((await get(experienceId, "", strangerId)).status).toBe(200);
});

test("a bad token is refused also where no token is needed", async () => {
  const community = await aBoard();
  await makePublic(community);
  const response = await get(community.experienceId, "", undefined, { "x-whop-user-token": "nonsense" });
  expect(response.status).toBe(401);
});

test.each([
  ["limit", "0"],
  ["limit", "1001"],
  ["limit", "-1"],
  ["limit", "1e2"],
  ["limit", ""],
  ["limit", "10&limit=20"],
  ["filter", "year"],
  ["filter", ""],
  ["around", "0"],
  ["around", "51"],
  ["me", "yes"],
  ["cursor", ""],
  ["cursor", "%00"],
  ["cursor", "AAAA"],
  ["cursor", "x".repeat(601)],
  ["offset", "5"],
  ["__proto__", "1"],
])("%s=%s is bad input", async (name, value) => {
  const { experienceId, ownerId } = await aBoard();
  expect(await code(await get(experienceId, `&${name}=${value}`, ownerId))).toEqual([400, "bad_request"]);
});

test.each(["", "'; drop table users; --", "user_1", "exp_"])("%p is no community's id: bad input", async (id) => {
  const { ownerId } = await aBoard();
  expect((await get(encodeURIComponent(id), "", ownerId)).status).toBe(400);
});

test.each(["1", "1000"])("limit=%s is taken", async (limit) => {
  const { experienceId, memberId } = await aBoard();
  expect((await get(experienceId, `&limit=${limit}`, memberId)).status).toBe(200);
});

test("a hundred rows come where no limit is given", async () => {
  const { companyId, experienceId, memberId } = await aBoard();
  const { database, deps } = app();
  const many = Array.from({ length: 120 }, (_, at) => ({ userId: `user_many${at}`, xp: 1 + at }));
  await putMembers(database, deps, companyId, many);
  const { leaderboard, next_cursor } = await (await get(experienceId, "", memberId)).json();
  expect(leaderboard).toHaveLength(100);
  const rest = await (await get(experienceId, `&cursor=${next_cursor}`, memberId)).json();
  expect(rest.leaderboard).toHaveLength(22);
  expect(rest.leaderboard[0].rank).toBe(101);
});

test("the twenty-first question in a minute is told to wait, others are not", async () => {
  const { experienceId, memberId, moderatorId } = await aBoard();
  for (let asked = 0; asked < 20; asked += 1) expect((await get(experienceId, "", memberId)).status).toBe(200);
  const refused = await get(experienceId, "", memberId);
  expect(refused.status).toBe(429);
  expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await get(experienceId, "", moderatorId)).status).toBe(200);
});

test("only reading is known here", async () => {
  const response = await app().call("/api/leaderboard", { method: "POST", json: {} });
  expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS"]);
});
