import { BAD_TOKENS, type BadToken } from "@/dev/whop/bad-tokens";
import { USER_TOKEN_HEADER } from "@/lib/auth/user-token";
import type { Handler } from "@/lib/http/route";
import { readOnboarding } from "@/services/communities/read-onboarding";
import type { NotificationSettings } from "@/services/notifications/notifications.schema";
import { type AppRequest, anApp } from "@/tests/support/app";
import { aUserId } from "@/tests/support/community";
import { databaseContents } from "@/tests/support/database-contents";
import { allRoutes, type RouteFile } from "@/tests/support/routes";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

/**
 * One row for every route of the app, made out of the files on disk: a route without a row fails the first test. A row says why
 * anybody may call it, or how a request is built that is right in everything but, where the matrix makes it so, who sends it.
 */
const ROWS: Record<string, Row> = {
  "GET /api/cron": { open: "carries a secret of its own; app/api/cron.test.ts shows what it refuses" },
  "GET /api/health": { open: "says only whether the app is up" },
  "POST /api/webhook": { open: "carries a signature of its own; app/api/webhook.test.ts shows what it refuses" },
  "GET /api/leaderboard": {
    path: (id) => `/api/leaderboard?experienceId=${id}&me=true`,
    request: () => ({}),
    lowest: "memberId",
  },
  "POST /api/onboarding": {
    path: () => "/api/onboarding",
    request: (id, place) => ({
      json: { experienceId: id, timeZone: "Europe/Berlin", rules: rulesOf.get(place.companyId), seen: null },
    }),
    lowest: "ownerId",
    tooLow: "moderatorId",
  },
  "POST /api/realtime-token": {
    path: () => "/api/realtime-token",
    request: (id) => ({ json: { experienceId: id } }),
    lowest: "memberId",
  },
  "GET /api/rank-card": { open: "shows what its sealed link is for; app/api/rank-card.test.ts shows what it refuses" },
  "POST /api/rank-card-link": {
    path: () => "/api/rank-card-link",
    request: (id) => ({ json: { experienceId: id } }),
    lowest: "memberId",
  },
  "GET /api/me": { path: (id) => `/api/me?experienceId=${id}`, request: () => ({}), lowest: "memberId" },
  "GET /api/history": { path: (id) => `/api/history?experienceId=${id}`, request: () => ({}), lowest: "memberId" },
  "GET /api/profile": {
    // One's own: anybody else's is found only where somebody has done something.
    path: (id) => `/api/profile?experienceId=${id}&memberId=${own.memberId}`,
    request: () => ({}),
    lowest: "memberId",
  },
  "PUT /api/visibility": {
    path: () => "/api/visibility",
    request: (id) => ({ json: { experienceId: id, visibility: "hidden" } }),
    lowest: "memberId",
  },
  "GET /api/my-data": { path: (id) => `/api/my-data?experienceId=${id}`, request: () => ({}), lowest: "memberId" },
  "DELETE /api/my-data": {
    path: () => "/api/my-data",
    request: (id) => ({ json: { experienceId: id, confirm: "delete" } }),
    lowest: "memberId",
  },
  "GET /api/notification-settings": {
    path: (id) => `/api/notification-settings?experienceId=${id}`,
    request: () => ({}),
    lowest: "moderatorId",
    tooLow: "memberId",
  },
  "PUT /api/notification-settings": {
    path: () => "/api/notification-settings",
    request: (id) => ({ json: { experienceId: id, ...SETTINGS } }),
    lowest: "ownerId",
    tooLow: "moderatorId",
  },
  "GET /api/preferences": {
    path: (id) => `/api/preferences?experienceId=${id}`,
    request: () => ({}),
    lowest: "memberId",
  },
  "PUT /api/preferences": {
    path: () => "/api/preferences",
    request: (id) => ({ json: { experienceId: id, notifications: false, timeZone: null } }),
    lowest: "memberId",
  },
  "GET /api/rewards": {
    path: (id) => `/api/rewards?experienceId=${id}`,
    request: () => ({}),
    lowest: "moderatorId",
    tooLow: "memberId",
  },
  "POST /api/rewards": {
    path: () => "/api/rewards",
    request: (id) => ({ json: { experienceId: id, action: "budget", freeDaysPerMonth: 100 } }),
    lowest: "ownerId",
    tooLow: "moderatorId",
  },
  "GET /api/settings": {
    path: (id) => `/api/settings?experienceId=${id}`,
    request: () => ({}),
    lowest: "moderatorId",
    tooLow: "memberId",
  },
  "PUT /api/settings": {
    path: () => "/api/settings",
    request: (id) => ({ json: { experienceId: id, version: 1, paused: false } }),
    lowest: "ownerId",
    tooLow: "moderatorId",
  },
  "GET /api/sync": {
    path: (id) => `/api/sync?experienceId=${id}`,
    request: () => ({}),
    lowest: "moderatorId",
    tooLow: "memberId",
  },
  "POST /api/sync": {
    path: () => "/api/sync",
    request: (id) => ({ json: { experienceId: id, action: "stop_back_fill" } }),
    lowest: "ownerId",
    tooLow: "moderatorId",
  },
  "POST /api/xp": {
    path: () => "/api/xp",
    request: (id, place) => ({ json: { userId: place.memberId, experienceId: id, activityType: "message" } }),
    lowest: "moderatorId",
    tooLow: "memberId",
  },
  ...Object.fromEntries(
    ["GET", "POST", "PUT", "PATCH", "DELETE"].map((method) => [
      `${method} /api/[[...path]]`,
      { open: "says only that there is no such address" },
    ]),
  ),
};

/** Stored by the first request; the same again is answered the same. */
const SETTINGS: NotificationSettings = {
  levelUpPush: true,
  rewardPush: true,
  announcement: { enabled: false, experienceId: null, template: "{name}" },
  directMessage: { enabled: false, template: "{name}" },
  quietHours: { enabled: false, from: "22:00", to: "08:00", zone: "member" },
  commands: { enabled: true, cooldownSeconds: 15, disabledExperienceIds: [] },
  version: 1,
};

type Row = { open: string } | ClosedRow;
type ClosedRow = {
  path(id: string): string;
  /** Valid for the community that `id` (an experience or the company) belongs to. */
  request(id: string, place: CommunityInWhop): AppRequest;
  /** Who may just call it. */
  lowest: keyof CommunityInWhop;
  /** Who is in the community and may not, where there is such a role. */
  tooLow?: keyof CommunityInWhop;
};

const app = anApp({ realtime: true });
const isClosed = (entry: [string, Row]): entry is [string, ClosedRow] => !("open" in entry[1]);
const CLOSED = Object.entries(ROWS).filter(isClosed);
let routes: RouteFile[];
let own: CommunityInWhop;
let other: CommunityInWhop;
/** Had the lowest role once, in `own`. */
let exMemberId: string;
/** All reward rules of a community, switched on. */
const rulesOf = new Map<string, Record<string, boolean>>();

beforeAll(async () => {
  routes = await allRoutes();
  const { world } = app().whop;
  [own, other] = [aCommunityIn(app().whop), aCommunityIn(app().whop)];
  exMemberId = world.addUser({ name: "Ex Member" }).id;
  world.join(own.companyId, exMemberId);
  world.setRole(own.companyId, exMemberId, "moderator");
  world.setRole(own.companyId, exMemberId, null);
  world.leave(own.companyId, exMemberId);
  for (const place of [own, other]) {
    for (const id of idsOf(place)) await app().deps.communities.resolve(id);
    const { rules } = await readOnboarding(app().deps, place.companyId);
    rulesOf.set(place.companyId, Object.fromEntries(rules.map(({ ruleId }) => [ruleId, true])));
  }
});

const idsOf = (place: CommunityInWhop) => [place.experienceId, place.chatExperienceId, place.companyId];

function handlerOf(key: string): Handler {
  const [method = "", path] = key.split(" ");
  const handler = routes.find((file) => file.path === path)?.declared[method];
  if (!handler) throw new Error(`There is no route ${key}: take its row out.`);
  return handler;
}

/** Sends the row's request with a token of one's own making. */
async function ask(key: string, row: ClosedRow, id: string, headers: Record<string, string>, place = own) {
  const [method] = key.split(" ");
  return app().call(row.path(id), { method, ...row.request(id, place), headers });
}

async function refused(work: () => Promise<Response>, status: number): Promise<object> {
  const response = await work();
  const body = await response.json();
  expect([response.status, body.success]).toEqual([status, false]);
  return body.error;
}

/** Whatever is asked meanwhile leaves not one row otherwise. */
async function changingNothing(work: () => Promise<void>): Promise<void> {
  const before = await databaseContents(app().database);
  await work();
  expect(await databaseContents(app().database)).toEqual(before);
}

const tokenOf = async (userId: string) => ({ [USER_TOKEN_HEADER]: await app().whop.mintToken(userId) });

test("every route of the app has its row: give a new one a row in ROWS of this file", () => {
  const present = routes.flatMap(({ path, declared }) => Object.keys(declared).map((method) => `${method} ${path}`));
  expect(present.sort()).toEqual(Object.keys(ROWS).sort());
});

test("a route is open to anybody exactly where its row says why", () => {
  for (const [key, row] of Object.entries(ROWS)) {
    expect([key, handlerOf(key).meta.auth === "none"]).toEqual([key, "open" in row]);
  }
});

test("every address answers every method: with itself, 405 or OPTIONS, and never with a page of the framework", async () => {
  for (const { path, handlers, declared } of routes) {
    // Next reads how long a route may take from the same file.
    const answered = Object.keys(handlers).filter((name) => name !== "maxDuration");
    expect([path, answered.sort()]).toEqual([path, ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]]);
    for (const method of ["GET", "POST", "PUT", "PATCH", "DELETE"].filter((one) => !(one in declared))) {
      const response = await app().call(path.replace("[[...path]]", "nothing"), { method });
      expect([path, method, response.status]).toEqual([path, method, 405]);
    }
  }
});

test.each(["/api", "/api/", "/api/nothing", "/api/xp/more", "/api/_next/data"])("%s is answered 404", async (path) => {
  const response = await app().call(path, { as: own.ownerId });
  expect([response.status, (await response.json()).error.code]).toEqual([404, "not_found"]);
});

describe.each(CLOSED)("%s", (key, row) => {
  test("answers who belongs to the community, whichever of its ids is named", async () => {
    for (const id of idsOf(own)) {
      const fresh = { ...own, memberId: aUserId() };
      app().whop.world.addUser({ id: fresh.memberId });
      app().whop.world.join(own.companyId, fresh.memberId);
      const response = await ask(key, row, id, await tokenOf(own[row.lowest]), fresh);
      expect([id, response.status]).toEqual([id, 200]);
    }
  });

  test("refuses whoever is in the community with too low a role", async () => {
    if (row.tooLow === undefined) return;
    const headers = await tokenOf(own[row.tooLow]);
    await changingNothing(async () => {
      expect(await refused(() => ask(key, row, own.experienceId, headers), 403)).toMatchObject({ code: "forbidden" });
    });
  });

  test("refuses everybody of another community, its owner too, in the words for a community that does not exist", async () => {
    const outsiders = [other.ownerId, other.moderatorId, other.memberId, exMemberId, own.strangerId];
    await changingNothing(async () => {
      const nowhere = await refused(async () => ask(key, row, "exp_nowhere", await tokenOf(own.ownerId)), 404);
      for (const userId of outsiders) {
        const headers = await tokenOf(userId);
        for (const id of idsOf(own)) {
          expect(await refused(() => ask(key, row, id, headers), 404)).toEqual(nowhere);
        }
      }
    });
  });

  test("refuses to act for another community on the word of one's own", async () => {
    const headers = await tokenOf(own.ownerId);
    await changingNothing(async () => {
      for (const id of idsOf(other)) {
        await refused(() => ask(key, row, id, headers, other), 404);
        await refused(() => ask(key, row, id, headers, own), 404);
      }
    });
  });

  test("refuses whoever brings no token, an empty one, two, or one that skips Next's own checks", async () => {
    const token = (await tokenOf(own[row.lowest]))[USER_TOKEN_HEADER] ?? "";
    const without: Record<string, string>[] = [
      {},
      { [USER_TOKEN_HEADER]: `${token}, ${token}` },
      { authorization: `Bearer ${token}` },
      { cookie: `${USER_TOKEN_HEADER}=${token}` },
      { "x-middleware-subrequest": "proxy:proxy:proxy:proxy:proxy" },
      { "x-whop-user-id": own[row.lowest] },
    ];
    await changingNothing(async () => {
      for (const headers of without) await refused(() => ask(key, row, own.experienceId, headers), 401);
    });
  });

  test("refuses a token that is forged, of another app, of another time or otherwise none of Whop's", async () => {
    await changingNothing(async () => {
      for (const [name, forge] of Object.entries<BadToken>(BAD_TOKENS)) {
        const token = await forge(app().whop.signer, own[row.lowest]);
        const response = await ask(key, row, own.experienceId, { [USER_TOKEN_HEADER]: token });
        expect([name, response.status, (await response.json()).success]).toEqual([name, 401, false]);
      }
    });
  });

  if (!key.startsWith("GET ")) {
    test("refuses another site's page that makes the browser of somebody who may send it", async () => {
      const [method = ""] = key.split(" ");
      const { json } = row.request(own.experienceId, own);
      const sites: Record<string, string>[] = [
        { origin: "https://evil.apps.whop.com" },
        { origin: "null" },
        { "sec-fetch-site": "same-site" },
        { "sec-fetch-site": "cross-site" },
      ];
      await changingNothing(async () => {
        for (const foreign of sites) {
          // fetch does not let these headers out, so the handler is called as Next calls it.
          const headers = { "content-type": "application/json", ...foreign, ...(await tokenOf(own[row.lowest])) };
          const url = `https://app.wee5.test${row.path(own.experienceId)}`;
          const request = new Request(url, { method, headers, body: JSON.stringify(json) });
          await refused(() => handlerOf(key)(request), 403);
        }
      });
    });
  }
});
