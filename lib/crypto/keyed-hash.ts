import { createHmac, hkdfSync } from "node:crypto";

const KEY_BYTES = 32;
/** Part of what is stored: another label or rule means other hashes, so a change needs a new version here. */
const CONTENT_LABEL = "wee5/content-hash/v1";
const OPAQUE_ID_LABEL = "wee5/opaque-id/v1";

export interface KeyedHash {
  /**
   * 32 hex digits that are equal for texts which read the same (case, width, spacing and invisible characters aside), and tell
   * nothing to who lacks the key. It stands in for the text of a message, which is never stored.
   */
  contentHash(text: string): string;
  /** `anon_` and 16 hex digits: a lasting name for a member who shows none, different in each community. */
  opaqueId(communityId: string, userId: string): string;
}

/** `encryptionKey` is ENCRYPTION_KEY, 32 bytes; each use has a key of its own derived from it (HKDF-SHA256, RFC 5869). */
export function createKeyedHash(encryptionKey: Buffer): KeyedHash {
  if (encryptionKey.length !== KEY_BYTES) throw new Error(`The encryption key must have ${KEY_BYTES} bytes.`);
  const contentKey = deriveKey(encryptionKey, CONTENT_LABEL);
  const opaqueIdKey = deriveKey(encryptionKey, OPAQUE_ID_LABEL);
  return {
    contentHash: (text) => mac(contentKey, normalise(text)).subarray(0, 16).toString("hex"),
    // Whop ids hold no white space, so the pair cannot be read in two ways.
    opaqueId: (communityId, userId) =>
      `anon_${mac(opaqueIdKey, `${communityId} ${userId}`).subarray(0, 8).toString("hex")}`,
  };
}

function normalise(text: string): string {
  return text
    .normalize("NFKC")
    .replace(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase()
    .replace(/\s+/gu, " ")
    .trim();
}

function deriveKey(key: Buffer, label: string): Buffer {
  return Buffer.from(hkdfSync("sha256", key, new Uint8Array(), label, KEY_BYTES));
}

const mac = (key: Buffer, text: string) => createHmac("sha256", key).update(text, "utf8").digest();
