import { randomUUID } from "node:crypto";
import { signLegacy, signOwner, signStandard } from "@/dev/whop/signatures";
import type { TestApp } from "@/tests/support/app";

export const FORMS = ["standard", "legacy", "owner"] as const;
export type Form = (typeof FORMS)[number];

export interface Signing {
  form?: Form;
  /** The app's own secret unless said. */
  secret?: string;
  /** Unix seconds; now unless said. */
  timestamp?: number;
  /** Of the delivery; drawn unless said. */
  id?: string;
  /** The sender's address: each request has one of its own unless said, so that no limit is met by accident. */
  address?: string;
  /** Changes after signing. */
  headers?: Record<string, string | null>;
}

export function signatureOf(
  body: string | Uint8Array,
  { form = "standard", id, ...given }: Required<Pick<Signing, "secret" | "timestamp">> & Signing,
) {
  if (form === "legacy") return signLegacy({ ...given, body });
  if (form === "owner") return signOwner({ ...given, body });
  return signStandard({ ...given, body, id: id ?? `msg_${randomUUID()}` });
}

/** For the app's environment: as many proxies as the helper below pretends. */
export const BEHIND_PROXIES = { TRUSTED_PROXY_HOPS: "2" };

/** Sends a webhook as Whop does, or as somebody who pretends to be. The app must be BEHIND_PROXIES. */
export function sendWebhook(app: TestApp, event: unknown, signing: Signing = {}): Promise<Response> {
  const body = typeof event === "string" || Buffer.isBuffer(event) ? event : JSON.stringify(event);
  const { secret = app.whop.webhookSecret, timestamp = Math.floor(app.deps.now().getTime() / 1000) } = signing;
  const headers = new Headers({
    "content-type": "application/json",
    "x-forwarded-for": throughProxies(signing.address ?? randomAddress()),
    ...signatureOf(body, { ...signing, secret, timestamp }),
  });
  for (const [name, value] of Object.entries(signing.headers ?? {})) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return fetch(`${app.url}/api/webhook`, {
    method: "POST",
    headers,
    body: typeof body === "string" ? body : new Uint8Array(body),
  });
}

/** The address as often as there may be hops: another file's server may already add its own to every request of this process. */
const throughProxies = (address: string) => Array(4).fill(address).join(", ");

export function randomAddress(): string {
  const octet = () => 1 + Math.floor(Math.random() * 250);
  return `10.${octet()}.${octet()}.${octet()}`;
}
