import { createHmac } from "node:crypto";

/** Headers of signed webhooks in the three forms that WEE5 accepts, for the simulator and for tests. Times are Unix seconds. */

export interface Signable {
  secret: string;
  timestamp: number | string;
  body: string | Uint8Array;
}

/** As Whop signs today (Standard Webhooks): one signature per secret while a secret is being rotated. */
export function signStandard(message: Omit<Signable, "secret"> & { id: string; secret: string | string[] }) {
  const signatures = [message.secret].flat().map((secret) => {
    const signed = hmac(secret, `${message.id}.${message.timestamp}.`, message.body);
    return `v1,${signed.toString("base64")}`;
  });
  return {
    "webhook-id": message.id,
    "webhook-timestamp": String(message.timestamp),
    "webhook-signature": signatures.join(" "),
  };
}

/** As Whop signed until 2025. */
export function signLegacy({ secret, timestamp, body }: Signable) {
  return { "x-whop-signature": `t=${timestamp},v1=${hmac(secret, `${timestamp}.`, body).toString("hex")}` };
}

/** The owner's form. */
export function signOwner({ secret, timestamp, body }: Signable) {
  return {
    "x-whop-signature": hmac(secret, `${timestamp}.`, body).toString("hex"),
    "x-whop-timestamp": String(timestamp),
  };
}

function hmac(secret: string, prefix: string, body: string | Uint8Array): Buffer {
  const key = secret.startsWith("whsec_") ? Buffer.from(secret.slice(6), "base64") : Buffer.from(secret, "utf8");
  return createHmac("sha256", key).update(prefix).update(body).digest();
}
