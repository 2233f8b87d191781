import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { createWhopClient, type WhopClient } from "@/lib/whop/client";
import { aCommunityIn, aWhop, type CommunityInWhop } from "@/tests/support/whop";

const whop = aWhop({ rateLimitPerMinute: 0 });
const warnings: unknown[] = [];
const log = { warn: (...words: unknown[]) => warnings.push(words) };
let client: WhopClient;
let place: CommunityInWhop;

function aClient(changes: Partial<Parameters<typeof createWhopClient>[0]> = {}): WhopClient {
  const { apiKey, appId, baseUrl } = whop();
  return createWhopClient({ apiKey, appId, baseUrl, log, timeoutMs: 1_000, ...changes });
}

beforeAll(() => {
  client = aClient();
  place = aCommunityIn(whop(), "Growth Club");
});
afterEach(() => warnings.splice(0));

const unavailable = expect.objectContaining({ code: "unavailable", status: 503 });

async function msOf(work: Promise<unknown>): Promise<number> {
  const start = performance.now();
  await work.catch(() => undefined);
  return performance.now() - start;
}

test("an experience tells its community", async () => {
  expect(await client.retrieveExperience(place.chatExperienceId)).toEqual({
    id: place.chatExperienceId,
    name: "General",
    companyId: place.companyId,
    companyTitle: "Growth Club",
  });
});

test("a user comes with name and picture, and the username stands in for a missing name", async () => {
  const { world, url } = whop();
  const named = world.addUser({ username: "ada", name: "Ada Lovelace" });
  const bare = world.addUser({ username: "bob", name: null, hasPicture: false });
  expect(await client.retrieveUser(named.id)).toEqual({
    id: named.id,
    username: "ada",
    name: "Ada Lovelace",
    pictureUrl: `${url}/avatars/${named.id}.png`,
  });
  expect(await client.retrieveUser(bare.id)).toEqual({ id: bare.id, username: "bob", name: "bob", pictureUrl: null });
});

test("a company comes with its title", async () => {
  expect(await client.retrieveCompany(place.companyId)).toEqual({ id: place.companyId, title: "Growth Club" });
});

test("access and team roles are Whop's, and end when Whop ends them", async () => {
  const { world } = whop();
  expect(await client.checkAccess(place.companyId, place.ownerId)).toEqual({ hasAccess: true, accessLevel: "admin" });
  expect(await client.checkAccess(place.experienceId, place.memberId)).toEqual({
    hasAccess: true,
    accessLevel: "customer",
  });
  expect(await client.checkAccess(place.companyId, place.strangerId)).toEqual({
    hasAccess: false,
    accessLevel: "no_access",
  });
  expect(await client.listAuthorizedUsers(place.companyId, place.moderatorId)).toBe("moderator");
  expect(await client.listAuthorizedUsers(place.companyId, place.memberId)).toBeNull();

  const leaver = world.addUser();
  world.join(place.companyId, leaver.id);
  world.leave(place.companyId, leaver.id);
  expect(await client.checkAccess(place.companyId, leaver.id)).toEqual({ hasAccess: false, accessLevel: "no_access" });
});

test("what does not exist is null, and no access", async () => {
  expect(await client.retrieveExperience("exp_nothing")).toBeNull();
  expect(await client.retrieveUser("user_nobody")).toBeNull();
  expect(await client.retrieveCompany("biz_none")).toBeNull();
  expect(await client.checkAccess("biz_none", place.memberId)).toEqual({ hasAccess: false, accessLevel: "no_access" });
  expect(await client.listAuthorizedUsers("biz_none", place.memberId)).toBeNull();
});

test("what cannot be an id never reaches Whop", async () => {
  const nowhere = aClient({ baseUrl: "http://127.0.0.1:9/api/v1" });
  for (const id of ["", "exp_", "exp_../users", "exp_a/b", "exp_a?b", "exp_a b", "biz_a", `exp_${"x".repeat(200)}`]) {
    expect(await nowhere.retrieveExperience(id)).toBeNull();
  }
  expect(await nowhere.checkAccess("../x", "user_a")).toEqual({ hasAccess: false, accessLevel: "no_access" });
  expect(await nowhere.checkAccess("biz_a", "admin")).toEqual({ hasAccess: false, accessLevel: "no_access" });
});

test("a broken connection or a 5xx is asked again, twice at most", async () => {
  whop().faults.add({ kind: "drop_before", operation: "users.retrieve" });
  whop().faults.add({ kind: "status", status: 503, operation: "users.retrieve" });
  expect(await client.retrieveUser(place.memberId)).toMatchObject({ id: place.memberId });

  whop().faults.add({ kind: "status", status: 500, operation: "users.retrieve", times: 3 });
  await expect(aClient({ timeoutMs: 5_000 }).retrieveUser(place.memberId)).rejects.toEqual(unavailable);
  expect(await client.retrieveUser(place.memberId)).toMatchObject({ id: place.memberId });
});

test("a busy Whop is not asked again, and its delay is passed on, from the header or from the words", async () => {
  whop().faults.add({ kind: "rate_limit", operation: "users.retrieve" });
  await expect(client.retrieveUser(place.memberId)).rejects.toMatchObject({
    code: "unavailable",
    retryAfterSeconds: 12,
  });
  whop().faults.add({ kind: "rate_limit", retryAfterSeconds: 7, operation: "users.retrieve" });
  await expect(client.retrieveUser(place.memberId)).rejects.toMatchObject({
    code: "unavailable",
    retryAfterSeconds: 7,
  });
  expect(await client.retrieveUser(place.memberId)).toMatchObject({ id: place.memberId });
});

test.each(["delay", "stall"] as const)("a Whop that hangs (%s) costs no more than the timeout", async (kind) => {
  whop().faults.add({ kind, delayMs: 30_000, operation: "experiences.retrieve", times: 5 });
  const hurried = aClient({ timeoutMs: 300 });
  expect(await msOf(hurried.retrieveExperience(place.experienceId))).toBeLessThan(5_000);
  await expect(hurried.retrieveExperience(place.experienceId)).rejects.toEqual(unavailable);
});

test("no caller can make a call longer than five seconds", async () => {
  whop().faults.add({ kind: "delay", delayMs: 30_000, operation: "experiences.retrieve" });
  expect(await msOf(aClient({ timeoutMs: 60_000 }).retrieveExperience(place.experienceId))).toBeLessThan(9_000);
});

test("a Whop that is not there is unavailable, not absent", async () => {
  const nowhere = aClient({ baseUrl: "http://127.0.0.1:9/api/v1" });
  await expect(nowhere.retrieveExperience(place.experienceId)).rejects.toEqual(unavailable);
  await expect(nowhere.checkAccess(place.companyId, place.memberId)).rejects.toEqual(unavailable);
  await expect(nowhere.ping()).rejects.toEqual(unavailable);
});

test("a wrong key is unavailable, never an answer", async () => {
  const stranger = aClient({ apiKey: "wrong-key" });
  await expect(stranger.checkAccess(place.companyId, place.ownerId)).rejects.toEqual(unavailable);
  await expect(stranger.ping()).rejects.toEqual(unavailable);
  await client.ping();
});

test("a permission that a creator has not granted reads as nothing to see", async () => {
  whop().faults.add({ kind: "status", status: 403, operation: "authorizedUsers.list" });
  expect(await client.listAuthorizedUsers(place.companyId, place.ownerId)).toBeNull();
  expect(warnings).toHaveLength(1);
});

test("a reply of another form is refused", async () => {
  for (const operation of ["users.retrieve", "users.checkAccess", "experiences.retrieve", "companies.retrieve"]) {
    whop().faults.add({ kind: "garbage", operation });
  }
  await expect(client.retrieveUser(place.memberId)).rejects.toEqual(unavailable);
  await expect(client.checkAccess(place.companyId, place.memberId)).rejects.toEqual(unavailable);
  await expect(client.retrieveExperience(place.experienceId)).rejects.toEqual(unavailable);
  await expect(client.retrieveCompany(place.companyId)).rejects.toEqual(unavailable);
});

describe("a Whop that answers wrongly", () => {
  let server: Server;
  let reply: unknown;
  let status = 200;
  let paths: string[] = [];
  let headers: Record<string, string> = {};
  let misled: WhopClient;

  beforeAll(async () => {
    server = createServer((request, response) => {
      paths.push(request.url ?? "");
      response.writeHead(status, { "Content-Type": "application/json", ...headers }).end(JSON.stringify(reply));
    });
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    misled = aClient({ baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/v1` });
  });
  afterAll(() => new Promise((closed) => server.close(closed)));

  test("another experience than the one asked for is refused", async () => {
    reply = { id: "exp_other", name: "Other", company: { id: "biz_other", title: "Other" } };
    await expect(misled.retrieveExperience("exp_mine")).rejects.toEqual(unavailable);
  });

  test("another user's role is not taken for one's own", async () => {
    const company = { id: "biz_a" };
    reply = { data: [{ role: "owner", user: { id: "user_other" }, company }], page_info: {} };
    expect(await misled.listAuthorizedUsers("biz_a", "user_me")).toBeNull();
    reply = { data: [{ role: "owner", user: { id: "user_me" }, company: { id: "biz_b" } }], page_info: {} };
    expect(await misled.listAuthorizedUsers("biz_a", "user_me")).toBeNull();
  });

  test("access without a level, or a level without access, is none", async () => {
    reply = { has_access: true, access_level: "no_access" };
    expect(await misled.checkAccess("biz_a", "user_me")).toEqual({ hasAccess: false, accessLevel: "no_access" });
    reply = { has_access: false, access_level: "admin" };
    expect(await misled.checkAccess("biz_a", "user_me")).toEqual({ hasAccess: false, accessLevel: "no_access" });
  });

  test("a picture that is no web address is none", async () => {
    for (const url of ["javascript:alert(1)", "data:image/png;base64,AAAA", 7, null]) {
      reply = { id: "user_me", username: "me", name: "Me", profile_picture: { url } };
      expect(await misled.retrieveUser("user_me")).toMatchObject({ pictureUrl: null });
    }
  });

  test("a redirect is not followed: our key goes where it was meant to go", async () => {
    [status, headers, paths] = [302, { Location: "/elsewhere" }, []];
    await expect(misled.retrieveUser(place.memberId)).rejects.toEqual(unavailable);
    expect(new Set(paths)).toEqual(new Set([`/api/v1/users/${place.memberId}`]));
  });
});
