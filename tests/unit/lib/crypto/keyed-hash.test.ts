import { createKeyedHash } from "@/lib/crypto/keyed-hash";

const key = Buffer.alloc(32, 7);
const hash = createKeyedHash(key);

test("texts that read the same have one hash", () => {
  const alike = [
    "Good morning",
    "good  MORNING",
    " good\n\tmorning ",
    "ｇｏｏｄ ｍｏｒｎｉｎｇ",
    "go\u200bod mor\u00adning",
    "good\u00a0morning",
  ];
  expect(new Set(alike.map(hash.contentHash)).size).toBe(1);
});

test("texts that read differently have different hashes", () => {
  const different = ["good morning", "goodmorning", "good morning!", "good evening", ""];
  expect(new Set(different.map(hash.contentHash)).size).toBe(different.length);
});

test("a hash is 32 hex digits and another key gives another", () => {
  expect(hash.contentHash("hello")).toMatch(/^[0-9a-f]{32}$/);
  expect(createKeyedHash(Buffer.alloc(32, 8)).contentHash("hello")).not.toBe(hash.contentHash("hello"));
});

test("hashes are what they were: stored ones stay comparable", () => {
  expect(hash.contentHash("hello")).toBe("cbe47efd00e18dcf591366702a588f54");
  expect(hash.opaqueId("biz_a", "user_a")).toBe("anon_b9fc5b480e77c389");
});

test("a member's opaque id lasts, and differs between communities, members and keys", () => {
  const ids = [
    hash.opaqueId("biz_a", "user_a"),
    hash.opaqueId("biz_b", "user_a"),
    hash.opaqueId("biz_a", "user_b"),
    createKeyedHash(Buffer.alloc(32, 8)).opaqueId("biz_a", "user_a"),
  ];
  expect(new Set(ids).size).toBe(4);
  for (const id of ids) expect(id).toMatch(/^anon_[0-9a-f]{16}$/);
  expect(hash.opaqueId("biz_a", "user_a")).toBe(ids[0]);
});

test("a key of another length is refused", () => {
  expect(() => createKeyedHash(Buffer.alloc(16))).toThrow("32 bytes");
});
