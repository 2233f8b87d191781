import { isUtf8 } from "node:buffer";
import { createHmac, timingSafeEqual } from "node:crypto";
import { AppError } from "@/lib/errors";
import { webhookKey } from "./webhook-secret";

const WEBHOOK_TOLERANCE_SECONDS = 300;

export type WebhookForm = "standard" | "whop-legacy" | "owner";

export type WebhookRefusal =
  | "missing_header"
  | "malformed_header"
  | "too_old"
  | "too_new"
  | "wrong_signature"
  | "invalid_utf8";

export type WebhookVerdict =
  /** `body` is `rawBody` as text; `deliveryId` is the sender's id of this delivery, the same on its retries. */
  | { ok: true; form: WebhookForm; deliveryId?: string; timestamp: Date; body: string }
  | { ok: false; reason: WebhookRefusal };

export interface SignedRequest {
  headers: Headers;
  /** The bytes as they arrived: a signature holds for nothing else. */
  rawBody: Uint8Array;
  now: Date;
}

export type WebhookVerifier = (request: SignedRequest) => WebhookVerdict;

/** What a set of headers claims, before anything is proved. */
interface Claim {
  form: WebhookForm;
  deliveryId?: string;
  /** As written: it is part of what was signed. */
  timestamp: string;
  /** What was signed, up to the body. */
  signedPrefix: string;
  encoding: "base64" | "hex";
  candidates: string[];
}

/**
 * Verifies webhooks with several secrets at once, so that a secret can be rotated without losing an event.
 * Throws AppError "unavailable" when there is no secret or one is unfit: no secret, no service.
 */
export function createWebhookVerifier(secrets: readonly string[]): WebhookVerifier {
  const keys = readKeys(secrets);
  return ({ headers, rawBody, now }) => {
    const claim = readClaim(headers);
    if (typeof claim === "string") return { ok: false, reason: claim };
    const lateness = latenessSeconds(claim, now);
    if (lateness > WEBHOOK_TOLERANCE_SECONDS) return { ok: false, reason: "too_old" };
    if (lateness < -WEBHOOK_TOLERANCE_SECONDS) return { ok: false, reason: "too_new" };
    if (!isSigned(claim, rawBody, keys)) return { ok: false, reason: "wrong_signature" };
    const body = decodeUtf8Strict(rawBody);
    if (body === null) return { ok: false, reason: "invalid_utf8" };
    const { form, deliveryId } = claim;
    return { ok: true, form, deliveryId, timestamp: new Date(Number(claim.timestamp) * 1000), body };
  };
}

/** The text of `bytes`, or null where they are not UTF-8. A byte order mark is kept: the text stands for every byte signed. */
export function decodeUtf8Strict(bytes: Uint8Array): string | null {
  if (!isUtf8(bytes)) return null;
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

function readKeys(secrets: readonly string[]): Buffer[] {
  const message = "Webhooks are not set up here.";
  if (secrets.length === 0)
    throw new AppError("unavailable", message, { cause: new Error("There is no webhook secret.") });
  try {
    return secrets.map(webhookKey);
  } catch (cause) {
    throw new AppError("unavailable", message, { cause });
  }
}

/**
 * One rule decides the form, and there is no second try under another: any `webhook-…` header makes it the Standard form; else
 * `x-whop-signature` beginning with `t=` is Whop's older one; else it is the owner's.
 */
function readClaim(headers: Headers): Claim | WebhookRefusal {
  const isStandard = ["webhook-id", "webhook-timestamp", "webhook-signature"].some((name) => headers.has(name));
  if (isStandard) return readStandard(headers);
  const signature = headers.get("x-whop-signature");
  if (!signature) return "missing_header";
  return signature.startsWith("t=") ? readLegacy(signature) : readOwner(signature, headers);
}

// A header sent twice arrives as "a, b". None of the patterns below admits that, so a duplicated header is refused.
const TIMESTAMP = /^\d{1,12}$/;
const DELIVERY_ID = /^[\x21-\x2b\x2d-\x7e]{1,256}$/;
const STANDARD_LIST = /^[^\s,]+,[^\s,]+(?: [^\s,]+,[^\s,]+)*$/;
const LEGACY_LIST = /^t=[^\s,=]*(?:,[^\s,=]+=[^\s,=]*)*$/;

function readStandard(headers: Headers): Claim | WebhookRefusal {
  const deliveryId = headers.get("webhook-id");
  const timestamp = headers.get("webhook-timestamp");
  const signatures = headers.get("webhook-signature");
  if (!deliveryId || !timestamp || !signatures) return "missing_header";
  if (!DELIVERY_ID.test(deliveryId) || !TIMESTAMP.test(timestamp) || !STANDARD_LIST.test(signatures)) {
    return "malformed_header";
  }
  const candidates = versionOne(signatures.split(" ").map((entry) => splitAt(entry, ",")));
  const signedPrefix = `${deliveryId}.${timestamp}.`;
  return { form: "standard", deliveryId, timestamp, signedPrefix, encoding: "base64", candidates };
}

function readLegacy(signature: string): Claim | WebhookRefusal {
  if (!LEGACY_LIST.test(signature)) return "malformed_header";
  const entries = signature.split(",").map((entry) => splitAt(entry, "="));
  const times = entries.filter(([name]) => name === "t").map(([, value]) => value);
  const timestamp = times[0] ?? "";
  if (times.length !== 1 || !TIMESTAMP.test(timestamp)) return "malformed_header";
  const candidates = versionOne(entries);
  return { form: "whop-legacy", timestamp, signedPrefix: `${timestamp}.`, encoding: "hex", candidates };
}

function readOwner(signature: string, headers: Headers): Claim | WebhookRefusal {
  const timestamp = headers.get("x-whop-timestamp");
  if (!timestamp) return "missing_header";
  if (!TIMESTAMP.test(timestamp)) return "malformed_header";
  return { form: "owner", timestamp, signedPrefix: `${timestamp}.`, encoding: "hex", candidates: [signature] };
}

/** Entries of other versions are left out, not refused: a sender may add a new scheme beside the old. */
function versionOne(entries: (readonly [string, string])[]): string[] {
  return entries.filter(([version]) => version === "v1").map(([, value]) => value);
}

function splitAt(entry: string, separator: string): readonly [string, string] {
  const position = entry.indexOf(separator);
  return [entry.slice(0, position), entry.slice(position + 1)];
}

/** Whole seconds from the timestamp to now; negative when it lies ahead. */
function latenessSeconds(claim: Claim, now: Date): number {
  return Math.floor(now.getTime() / 1000) - Number(claim.timestamp);
}

/**
 * Compares every candidate with every key, always all of them, so that time tells nothing about which came close.
 * It compares the encoded text: base64 and hex each have several spellings of the same bytes, and only one is right.
 */
function isSigned(claim: Claim, rawBody: Uint8Array, keys: Buffer[]): boolean {
  let signed = false;
  for (const key of keys) {
    const expected = Buffer.from(
      createHmac("sha256", key).update(claim.signedPrefix).update(rawBody).digest(claim.encoding),
    );
    for (const candidate of claim.candidates) {
      const given = Buffer.from(candidate);
      if (given.length === expected.length && timingSafeEqual(given, expected)) signed = true;
    }
  }
  return signed;
}
