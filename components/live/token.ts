import { callApi } from "@/components/http/call-api";

/** What POST /api/realtime-token answers. */
export type GrantedToken = {
  token: string;
  /** Of the token, in seconds: the reader's clock may be wrong. */
  expiresInSeconds: number;
  /** The community's topic, then the member's own. */
  topics: string[];
};

/** @throws ApiFailure */
export function fetchToken(experienceId: string): Promise<GrantedToken> {
  return callApi<GrantedToken>("/api/realtime-token", { method: "POST", json: { experienceId } });
}
