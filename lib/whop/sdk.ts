import Whop from "@whop/sdk";
import type { Logger } from "@/lib/log";

/** The version of Whop's API that the replies are written for; later ones reshape memberships. */
const API_VERSION = "2026-07-20";
export const DEFAULT_TIMEOUT_MS = 3_000;

export interface WhopClientOptions {
  apiKey: string;
  appId: string;
  /** With the path of the version: https://api.whop.com/api/v1 */
  baseUrl: string;
  log: Pick<Logger, "warn">;
  /** For a whole read, retries included; 3,000 by default and never more than 5,000. */
  timeoutMs?: number;
  /** For a whole list, however many pages; 20,000 by default. */
  listTimeoutMs?: number;
  /** For a whole write, which is one attempt; 5,000 by default and at most. */
  writeTimeoutMs?: number;
}

export function createSdk({ apiKey, appId, baseUrl }: WhopClientOptions): Whop {
  return new Whop({
    apiKey,
    appID: appId,
    baseURL: baseUrl,
    version: API_VERSION,
    maxRetries: 0,
    logLevel: "off",
    // A redirect would carry our key to another address, and a cached answer would outlive the right it tells of.
    fetchOptions: { redirect: "error", cache: "no-store" },
  });
}
