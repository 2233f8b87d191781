const BASE64_PREFIX = "whsec_";
const MINIMUM_KEY_BYTES = 16;

/**
 * The HMAC key of one webhook secret: `whsec_…` holds it in base64, any other secret is its own UTF-8 bytes (Whop's `ws_…` too,
 * prefix included). Throws for a secret that could not protect anything; the message never repeats the secret.
 */
export function webhookKey(secret: string): Buffer {
  if (secret !== secret.trim()) throw new Error("A webhook secret has white space around it.");
  const key = secret.startsWith(BASE64_PREFIX)
    ? fromBase64(secret.slice(BASE64_PREFIX.length))
    : Buffer.from(secret, "utf8");
  if (key.length < MINIMUM_KEY_BYTES) {
    throw new Error(`A webhook secret needs at least ${MINIMUM_KEY_BYTES} bytes of key; this one has ${key.length}.`);
  }
  return key;
}

function fromBase64(text: string): Buffer {
  const bytes = Buffer.from(text, "base64");
  // Buffer skips what is not base64, so a mistyped secret would quietly become another key.
  if (withoutPadding(bytes.toString("base64")) !== withoutPadding(text)) {
    throw new Error(`A webhook secret begins with ${BASE64_PREFIX} but is not base64.`);
  }
  return bytes;
}

const withoutPadding = (text: string) => text.replace(/={0,2}$/, "");
