import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import sharp from "sharp";
import { seal } from "@/lib/crypto/seal";
import { inCommunity } from "@/lib/db/database";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";
import { createRankCardLink } from "@/services/leaderboard/rank-card/link";
import { setVisibility } from "@/services/leaderboard/set-visibility";
import { anApp } from "@/tests/support/app";
import { putMembers } from "@/tests/support/leaderboard";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const app = anApp();
const DAY_MS = 86_400_000;

async function aCommunity(title = "Northlight"): Promise<CommunityInWhop> {
  const { database, deps, whop } = app();
  const community = aCommunityIn(whop, title);
  const { companyId, memberId, moderatorId } = community;
  await inCommunity(deps.db, companyId, (trx) => sql`select ensure_community(${companyId}, ${title})`.execute(trx));
  await putMembers(database, deps, companyId, [
    { userId: memberId, xp: 2_642 },
    { userId: moderatorId, xp: 5_000 },
  ]);
  return community;
}

const askLink = ({ experienceId }: CommunityInWhop, as: string) =>
  app().call("/api/rank-card-link", { as, json: { experienceId } });

/** The path of a member's link, as a reader of it would follow it. */
async function aLink(community: CommunityInWhop, as = community.memberId): Promise<string> {
  const response = await askLink(community, as);
  expect(response.status).toBe(200);
  return pathOf((await response.json()).url);
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

const choose = ({ companyId, memberId }: CommunityInWhop, visibility: Visibility) =>
  setVisibility(app().deps, companyId, memberId, visibility);

/** What a reader gets to know where there is nothing. */
async function nothing(path: string): Promise<object> {
  const response = await app().call(path);
  const { meta: _meta, ...body } = await response.json();
  expect([path, response.status, body.error.code]).toEqual([path, 404, "not_found"]);
  return body;
}

test("a member's link opens their card for anybody, in both sizes and themes", async () => {
  const community = await aCommunity();
  const response = await askLink(community, community.memberId);
  const { url, expiresAt } = await response.json();
  expect(new URL(url).origin).toBe("https://app.wee5.test");
  expect(Date.parse(expiresAt) / DAY_MS).toBeCloseTo(Date.now() / DAY_MS + 30, 2);

  const sizes = { "": [1200, 630], "&size=wide": [1200, 630], "&size=banner": [934, 282] };
  const grounds = { "": 0x11, "&theme=dark": 0x11, "&theme=light": 0xff };
  for (const [size, [width, height]] of Object.entries(sizes)) {
    for (const [theme, ground] of Object.entries(grounds)) {
      const answer = await app().call(pathOf(url) + size + theme);
      expect([answer.status, answer.headers.get("content-type")]).toEqual([200, "image/png"]);
      const image = sharp(await answer.arrayBuffer());
      expect(await image.metadata()).toMatchObject({ format: "png", width, height });
      const { data } = await image.raw().toBuffer({ resolveWithObject: true });
      expect(data[0]).toBe(ground);
    }
  }
});

test("the image may be embedded anywhere and kept nowhere; errors at its address stay at home", async () => {
  const path = await aLink(await aCommunity());
  const image = await app().call(path);
  expect(Object.fromEntries(image.headers)).toMatchObject({
    "cache-control": "private, no-cache",
    "content-disposition": 'inline; filename="rank-card.png"',
    "content-security-policy": "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-resource-policy": "cross-origin",
    "x-content-type-options": "nosniff",
  });
  const error = await app().call("/api/rank-card?token=nonsense");
  expect(error.headers.get("cross-origin-resource-policy")).toBe("same-origin");
  expect(error.headers.get("cache-control")).toBe("no-store");
});

test("HEAD says what GET would, and who has the image already is told so until it changes", async () => {
  const community = await aCommunity();
  const path = await aLink(community);
  const image = await app().call(path);
  const head = await app().call(path, { method: "HEAD" });
  expect([head.status, await head.text()]).toEqual([200, ""]);
  for (const name of ["content-type", "etag", "cache-control", "content-disposition"]) {
    expect([name, head.headers.get(name)]).toEqual([name, image.headers.get(name)]);
  }

  const ifNoneMatch = { "if-none-match": image.headers.get("etag") ?? "" };
  const again = await app().call(path, { headers: ifNoneMatch });
  expect([again.status, await again.text()]).toEqual([304, ""]);
  await sql`update users set xp = xp + 1 where user_id = ${community.memberId}`.execute(app().database.owner);
  expect((await app().call(path, { headers: ifNoneMatch })).status).toBe(200);
});

test("the days in a row are on it: a card with a streak is another one than without", async () => {
  const community = await aCommunity();
  const path = await aLink(community);
  const etag = (await app().call(path)).headers.get("etag") ?? "";
  await sql`
    update users set streak_days = 6, streak_day = current_date, streak_longest = 6 where user_id = ${community.memberId}`.execute(
    app().database.owner,
  );
  const image = await app().call(path, { headers: { "if-none-match": etag } });
  expect(image.status).toBe(200);
});

test.each<Visibility>(["hidden", "anonymous"])(
  "who becomes %s ends their links at once and for good: public again, only a new one works",
  async (visibility) => {
    const community = await aCommunity();
    const path = await aLink(community);
    const etag = (await app().call(path)).headers.get("etag") ?? "";

    await choose(community, visibility);
    await nothing(path);
    expect((await app().call(path, { headers: { "if-none-match": etag } })).status).toBe(404);
    expect((await askLink(community, community.memberId)).status).toBe(409);

    await choose(community, "public");
    await nothing(path);
    expect((await app().call(await aLink(community))).status).toBe(200);
    await nothing(path);
  },
);

test("hiding in one community leaves the links of another one alone", async () => {
  const [one, other] = [await aCommunity("One"), await aCommunity("Other")];
  app().whop.world.join(other.companyId, one.memberId);
  const [pathInOne, pathInOther] = [await aLink(one), await aLink(other, one.memberId)];
  await choose(one, "hidden");
  await nothing(pathInOne);
  expect((await app().call(pathInOther)).status).toBe(200);
});

test("somebody who has done nothing yet can share their card, and their first XP leave the link alone", async () => {
  const community = await aCommunity();
  const newcomer = app().whop.world.addUser({ name: "Nia Newcomer" }).id;
  app().whop.world.join(community.companyId, newcomer);
  const path = await aLink(community, newcomer);
  expect((await app().call(path)).status).toBe(200);
  await sql`update users set xp = 20, xp_bucket = xp_bucket_of(20) where user_id = ${newcomer}`.execute(
    app().database.owner,
  );
  expect((await app().call(path)).status).toBe(200);
});

test("a link ends after thirty days, with the membership, and with the member's data", async () => {
  const { deps, whop } = app();
  const community = await aCommunity();
  const { companyId, memberId } = community;
  const madeAt = (days: number) => ({ ...deps, now: () => new Date(Date.now() - days * DAY_MS) });
  const { url: old } = await createRankCardLink(madeAt(30), companyId, memberId);
  const { url: young } = await createRankCardLink(madeAt(29.9), companyId, memberId);
  expect((await app().call(pathOf(young))).status).toBe(200);
  await nothing(pathOf(old));

  const former = whop.world.addUser({ name: "Fay Former" }).id;
  whop.world.join(companyId, former);
  const { url: ofFormer } = await createRankCardLink(deps, companyId, former);
  whop.world.leave(companyId, former);
  await nothing(pathOf(ofFormer));

  const path = await aLink(community);
  const erased = await app().call("/api/my-data", {
    as: memberId,
    method: "DELETE",
    json: { experienceId: community.experienceId, confirm: "delete" },
  });
  expect(erased.status).toBe(200);
  await nothing(path);
  await aLink(community);
  await nothing(path);
});

test("a link that is not ours, of another use, altered or cut says nothing, in the words for one that has ended", async () => {
  const { deps } = app();
  const community = await aCommunity();
  const path = await aLink(community);
  const token = new URL(path, "https://x").searchParams.get("token") ?? "";
  const contents = JSON.stringify([community.companyId, community.memberId, 0, Date.now() + DAY_MS]);
  const rankCardLink = { use: "rank-card-link", context: "" };
  const forged = [
    "nonsense",
    "../../etc/passwd",
    token.slice(1),
    token.slice(0, -1),
    `${token.slice(0, -2)}AA`,
    `${token}AAAA`,
    `${token}=`,
    seal(randomBytes(32), contents, rankCardLink),
    seal(deps.env.encryptionKey, contents, { ...rankCardLink, use: "leaderboard-cursor" }),
    seal(deps.env.encryptionKey, contents, rankCardLink),
    seal(deps.env.encryptionKey, contents.replace(community.memberId, "user_nobody"), rankCardLink),
  ];
  await choose(community, "hidden");
  const ended = await nothing(path);
  for (const one of forged) expect(await nothing(`/api/rank-card?token=${encodeURIComponent(one)}`)).toEqual(ended);
});

test("a link tells nobody whose it is, and no two are the same", async () => {
  const community = await aCommunity();
  const [one, two] = [await aLink(community), await aLink(community)];
  expect(one).not.toBe(two);
  const token = new URL(one, "https://x").searchParams.get("token") ?? "";
  const plain = token + Buffer.from(token, "base64url").toString("latin1");
  for (const id of [community.companyId, community.memberId]) expect(plain).not.toContain(id);
});

test.each([
  "",
  "?token=",
  "?size=wide",
  "?token=a&token=b",
  `?token=${"a".repeat(601)}`,
  "?token=a&size=huge",
  "?token=a&theme=",
  "?token=a&next=1",
])("/api/rank-card%s is bad input", async (query) => {
  const response = await app().call(`/api/rank-card${query}`);
  expect([response.status, (await response.json()).error.code]).toEqual([400, "bad_request"]);
});

test("a picture that is not Whop's is not fetched for the card; the card is drawn without", async () => {
  const community = await aCommunity();
  const path = await aLink(community);
  const without = await (await app().call(path)).arrayBuffer();
  await sql`update profiles set picture_url = ${`${app().url}/api/health`} where user_id = ${community.memberId}`.execute(
    app().database.owner,
  );
  const image = await app().call(path);
  expect(Buffer.compare(Buffer.from(await image.arrayBuffer()), Buffer.from(without))).toBe(0);
});
