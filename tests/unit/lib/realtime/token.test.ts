import { decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import { mintRealtimeToken } from "@/lib/realtime/token";

const jwtSecret = "a secret for these tests, long enough";
const now = new Date("2026-11-20T12:00:00.900Z");
const member = { jwtSecret, communityId: "biz_a", userId: "user_anna", now };

test("a token names the community's topic and the member's own, and nothing else", async () => {
  const { token, topics } = await mintRealtimeToken(member);
  expect(topics).toEqual(["community:biz_a", "member:biz_a:user_anna"]);
  expect(decodeProtectedHeader(token)).toEqual({ alg: "HS256", typ: "JWT" });
  expect(decodeJwt(token)).toEqual({
    role: "authenticated",
    aud: "authenticated",
    iss: "wee5",
    wee5_topics: topics,
    iat: 1_795_176_000,
    exp: 1_795_176_300,
  });
});

test("a token lives five minutes at most, and says until when", async () => {
  const { token, expiresAt } = await mintRealtimeToken(member);
  expect(expiresAt).toEqual(new Date("2026-11-20T12:05:00.000Z"));
  const key = new TextEncoder().encode(jwtSecret);
  await expect(jwtVerify(token, key, { currentDate: new Date("2026-11-20T12:04:59Z") })).resolves.toBeDefined();
  await expect(jwtVerify(token, key, { currentDate: new Date("2026-11-20T12:05:00Z") })).rejects.toThrow();
});

test.each([
  ["biz_a:user_ben", "user_anna"],
  ["biz_a", "user_anna:x"],
  ["user_anna", "biz_a"],
  ["", "user_anna"],
])("no token is made for the ids %j and %j, which could name another's topic", async (communityId, userId) => {
  await expect(mintRealtimeToken({ ...member, communityId, userId })).rejects.toThrow();
});
