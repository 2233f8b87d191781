"use client";

import { useEffect, useEffectEvent, useState } from "react";
import { watchAttention } from "@/components/live/attention";
import { keepLine } from "@/components/live/keep-line";
import type { LiveState } from "@/components/live/live-state";
import { fetchToken } from "@/components/live/token";
import { whenIdle } from "@/components/ui/when-idle";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

export type LiveOptions = {
  experienceId: string;
  /** As the server says; null where there is no Realtime: the state is then "away", and the page asks again by itself. */
  realtime: { url: string; anonKey: string } | null;
  /** How members stand now. Versions tell which of two states is the newer one; an older one may come late. */
  onChanged(changes: BoardChange[]): void;
  /** What just happened to the member who looks. */
  onOwn(news: OwnNews): void;
  /**
   * What came before was perhaps not heard: ask the database. After every connection, the first one too, because the page was
   * rendered before it.
   */
  onResync(): void;
};

/** Listens to a community's board and to the member's own news for as long as the page is there. */
export function useLive({ experienceId, realtime, ...handlers }: LiveOptions): LiveState {
  const [state, setState] = useState<LiveState>("connecting");
  const onChanged = useEffectEvent(handlers.onChanged);
  const onOwn = useEffectEvent(handlers.onOwn);
  const onResync = useEffectEvent(handlers.onResync);
  const { url, anonKey } = realtime ?? {};

  useEffect(() => {
    if (url === undefined || anonKey === undefined) return;
    const open = () =>
      keepLine({
        url,
        anonKey,
        fetchToken: () => fetchToken(experienceId),
        watchAttention,
        onState: setState,
        onChanged: (changes) => onChanged(changes),
        onOwn: (news) => onOwn(news),
        onResync: () => onResync(),
      });
    // Not while the page is still being made usable. What happens until then is asked for with the first connection.
    let end = whenIdle(() => {
      end = open().stop;
    });
    return () => end();
  }, [url, anonKey, experienceId]);

  return realtime ? state : "away";
}
