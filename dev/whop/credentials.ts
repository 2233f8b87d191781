import { createHmac } from "node:crypto";
import { ApiError } from "./api-error";
import type { Caller } from "./operation";

export interface Credentials {
  apiKey: string;
  /** A user's OAuth token: with it as API key, Whop's SDK acts as that user. */
  userKey(userId: string): string;
  /** Throws Whop's 401. `credential` names the bearer for limits and idempotency keys. */
  callerOf(authorization: string | undefined): { credential: string; caller: Caller };
}

export function createCredentials(apiKey: string): Credentials {
  const userKey = (userId: string) =>
    `oauth.${userId}.${createHmac("sha256", apiKey).update(userId).digest("hex").slice(0, 32)}`;
  return {
    apiKey,
    userKey,
    callerOf: (authorization) => {
      const bearer = /^Bearer (.+)$/.exec(authorization ?? "")?.[1] ?? "";
      if (bearer === apiKey) return { credential: bearer, caller: { kind: "app" } };
      const userId = bearer.split(".")[1] ?? "";
      if (bearer === userKey(userId)) return { credential: bearer, caller: { kind: "user", userId } };
      throw new ApiError(401, "unauthorized", "The API key is invalid.");
    },
  };
}
