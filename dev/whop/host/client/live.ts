import type { ChatView } from "../live";
import type { Snapshot } from "../snapshot";

export interface LiveHandlers {
  snapshot(snapshot: Snapshot): void;
  /** A new one, or one whose reactions have changed. */
  message(message: ChatView, isNew: boolean): void;
  /** A message is gone. */
  deleted(messageId: string): void;
  /** Something in a forum is not as it was. */
  forum(experienceId: string): void;
  /** The numbers could not be read, or could again (null). */
  away(reason: string | null): void;
}

/** What the simulator tells while the page is open; the browser connects again by itself. @returns what ends it. */
export function listen(experienceId: string, userId: string, handlers: LiveHandlers): () => void {
  const query = new URLSearchParams({ experienceId, userId });
  const source = new EventSource(`/_sim/live?${query}`);
  source.addEventListener("snapshot", ({ data }) => {
    handlers.away(null);
    handlers.snapshot(JSON.parse(data) as Snapshot); // as live.ts sends it
  });
  for (const event of ["message", "reaction"] as const) {
    source.addEventListener(event, ({ data }) => handlers.message(JSON.parse(data) as ChatView, event === "message")); // the same
  }
  source.addEventListener("deleted", ({ data }) => handlers.deleted(JSON.parse(data).id));
  source.addEventListener("forum", ({ data }) => handlers.forum(JSON.parse(data).experienceId));
  source.addEventListener("away", () =>
    handlers.away("WEE5's database does not answer. Outcomes follow when it does."),
  );
  source.onerror = () => handlers.away("The simulator does not answer. Trying again.");
  return () => source.close();
}
