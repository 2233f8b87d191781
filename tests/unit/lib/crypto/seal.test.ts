import { randomBytes } from "node:crypto";
import { open, seal } from "@/lib/crypto/seal";

const key = randomBytes(32);
const purpose = { use: "cursor", context: "biz_a all-time" };

test("what was sealed opens with the same key, use and context", () => {
  expect(open(key, seal(key, "user_ünï", purpose), purpose)).toBe("user_ünï");
});

test("a sealed text shows nothing of what is in it, and no two are equal", () => {
  const sealed = seal(key, "user_anna", purpose);
  expect(Buffer.from(sealed, "base64url").toString("latin1")).not.toContain("user_anna");
  expect(seal(key, "user_anna", purpose)).not.toBe(sealed);
});

test.each([
  ["another key", () => open(randomBytes(32), seal(key, "x", purpose), purpose)],
  ["another use", () => open(key, seal(key, "x", purpose), { ...purpose, use: "link" })],
  ["another context", () => open(key, seal(key, "x", purpose), { ...purpose, context: "biz_b all-time" })],
])("with %s it does not open", (_, opening) => {
  expect(opening()).toBeNull();
});

test("altered anywhere, cut or lengthened, it does not open", () => {
  const sealed = seal(key, "user_anna", purpose);
  const bytes = Buffer.from(sealed, "base64url");
  for (let at = 0; at < bytes.length; at += 1) {
    const altered = Buffer.from(bytes);
    altered.writeUInt8(altered.readUInt8(at) ^ 1, at);
    expect(open(key, altered.toString("base64url"), purpose)).toBeNull();
    expect(open(key, bytes.subarray(0, at).toString("base64url"), purpose)).toBeNull();
  }
  expect(open(key, `${sealed}AAAA`, purpose)).toBeNull();
  expect(open(key, `${sealed}=`, purpose)).toBeNull();
  expect(open(key, "", purpose)).toBeNull();
});
