import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from "node:crypto";

const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What a sealed text is for: `use` ("leaderboard-cursor") gives it a key of its own, `context` is where alone it opens. */
export type SealedFor = { use: string; context: string };

/**
 * Seals a text that a client keeps for us: it can neither be read nor changed, nor used elsewhere. AES-256-GCM under a key
 * derived from ENCRYPTION_KEY (HKDF-SHA256), as base64url.
 */
export function seal(encryptionKey: Buffer, text: string, { use, context }: SealedFor): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv("aes-256-gcm", keyFor(encryptionKey, use), nonce).setAAD(Buffer.from(context));
  const body = Buffer.concat([cipher.update(text, "utf8"), cipher.final()]);
  return Buffer.concat([nonce, body, cipher.getAuthTag()]).toString("base64url");
}

/** The sealed text; null when it was not sealed by us for this. */
export function open(encryptionKey: Buffer, sealed: string, { use, context }: SealedFor): string | null {
  const bytes = Buffer.from(sealed, "base64url");
  // Decoding skips what is no base64url, so only the one way of writing it is taken.
  if (bytes.length < NONCE_BYTES + TAG_BYTES || bytes.toString("base64url") !== sealed) return null;
  const nonce = bytes.subarray(0, NONCE_BYTES);
  const decipher = createDecipheriv("aes-256-gcm", keyFor(encryptionKey, use), nonce, { authTagLength: TAG_BYTES });
  decipher.setAAD(Buffer.from(context)).setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    return decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8") + decipher.final("utf8");
  } catch {
    return null; // altered, or sealed with another key or for another use: all the same to the caller
  }
}

function keyFor(encryptionKey: Buffer, use: string): Buffer {
  return Buffer.from(hkdfSync("sha256", encryptionKey, new Uint8Array(), `wee5/seal/${use}/v1`, KEY_BYTES));
}
