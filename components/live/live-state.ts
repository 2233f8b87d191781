/** Not yet heard anything; what happens is heard as it happens; nothing is heard, so the page asks again by itself. */
export type LiveState = "connecting" | "live" | "away";
