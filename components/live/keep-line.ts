import type { Attention } from "@/components/live/attention";
import type { LiveState } from "@/components/live/live-state";
import { type Line, type LineOptions, openLine } from "@/components/live/open-line";
import { type Failure, isFinal, pauseMs } from "@/components/live/pause";
import type { GrantedToken } from "@/components/live/token";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

export type KeepOptions = Pick<LineOptions, "url" | "anonKey" | "transport" | "heartbeatMs"> & {
  /** @throws ApiFailure */
  fetchToken(): Promise<GrantedToken>;
  watchAttention(attention: Attention): () => void;
  onState(state: LiveState): void;
  onChanged(changes: BoardChange[]): void;
  onOwn(news: OwnNews): void;
  onResync(): void;
};

/** A line that held for so long begins anew with short pauses. */
const SOUND_MS = 10_000;
/** When all pages of a community are told at once to ask the database, they do so within this time. */
const SPREAD_MS = 10_000;

/**
 * Keeps a line open to the member's topics for as long as it is of use: a token for each connection, a newer one before it ends,
 * and a new line after every break. Who is no member any more does not ask again.
 */
export function keepLine(options: KeepOptions): { stop(): void } {
  const { fetchToken, onState, onChanged, onOwn, onResync } = options;
  let line: Line | undefined;
  let openedAt = 0;
  let failures = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let resync: ReturnType<typeof setTimeout> | undefined;
  /** Whatever was begun under another number is of no interest any more. */
  let turn = 0;
  let state: LiveState = "connecting";
  let isWanted = true;
  let isOver = false;

  function say(next: LiveState): void {
    if (state === next) return;
    state = next;
    onState(next);
  }
  /** Ends what there is and what is under way. @returns the number of what begins now. */
  function drop(): number {
    clearTimeout(timer);
    clearTimeout(resync);
    line?.close();
    line = undefined;
    turn += 1;
    return turn;
  }
  function later(work: (mine: number) => Promise<void>, milliseconds: number): void {
    const mine = turn;
    clearTimeout(timer);
    timer = setTimeout(() => void work(mine), milliseconds);
  }

  async function connect(): Promise<void> {
    if (isOver || !isWanted) return;
    const mine = drop();
    try {
      const granted = await fetchToken();
      if (mine !== turn) return;
      const opened = await openLine({ ...options, granted, onBroadcast, onLost: () => mine === turn && lost() });
      if (mine !== turn) return opened.close();
      line = opened;
      openedAt = Date.now();
      later(renew, renewalMs(granted));
      say("live");
      onResync();
    } catch (error) {
      if (mine === turn) failed(error as Failure); // whatever was thrown: its fields are looked at, not relied on
    }
  }
  function failed(error: Failure): void {
    drop();
    say("away");
    if (isFinal(error)) {
      stop();
      return;
    }
    failures += 1;
    later(connect, pauseMs(failures, error));
  }
  function lost(): void {
    if (Date.now() - openedAt >= SOUND_MS) failures = 0;
    failed({});
  }
  async function renew(mine: number): Promise<void> {
    try {
      const granted = await fetchToken();
      if (mine !== turn) return;
      later(renew, renewalMs(granted));
      await line?.renew(granted.token);
    } catch (error) {
      if (mine !== turn) return;
      const failure = error as Failure; // as above
      // The line still holds; if nobody answers until its token ends, it is lost then.
      if (isFinal(failure)) failed(failure);
      else later(renew, pauseMs(3, failure));
    }
  }

  function onBroadcast(event: string, payload: unknown): void {
    // Only our own server can speak on these topics.
    if (event === "own") onOwn(payload as OwnNews);
    if (event === "changed") onChanged((payload as { members: BoardChange[] }).members);
    if (event === "resync") {
      clearTimeout(resync);
      resync = setTimeout(onResync, Math.random() * SPREAD_MS);
    }
  }

  function stop(): void {
    isOver = true;
    drop();
    unwatch();
  }
  const unwatch = options.watchAttention({
    onWanted: () => {
      isWanted = true;
      failures = 0;
      void connect();
    },
    onUnwanted: () => {
      isWanted = false;
      drop();
      say("away");
    },
    onDoubt: () => void connect(),
  });
  void connect();
  return { stop };
}

/** Between three and four fifths of its life, so that the pages of a community do not come all at once. */
function renewalMs({ expiresInSeconds }: GrantedToken): number {
  return expiresInSeconds * 1_000 * (0.6 + 0.2 * Math.random());
}
