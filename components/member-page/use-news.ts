"use client";

import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { Board } from "@/components/leaderboard/board";
import type { ChangeLog } from "@/components/leaderboard/change-log";
import { patchBoard, patchWithNews } from "@/components/leaderboard/patch-board";
import { boardKey } from "@/components/leaderboard/use-board";
import type { LiveState } from "@/components/live/live-state";
import { useLive } from "@/components/live/use-live";
import type { Me, MemberPageData } from "@/components/member-page/member-page-data";
import { withNews } from "@/components/member-page/patch-me";
import { historyKey } from "@/components/member-page/use-history";
import { meKey } from "@/components/member-page/use-me";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

type Gained = { xp: number; version: number };

/** The reader's own news come before the board's, unless they have been lost on the way. */
const LOST_AFTER_MS = 2_000;

/** Puts what is heard into what the page shows. */
export function useNews(
  { experienceId, realtime, viewer }: Pick<MemberPageData, "experienceId" | "realtime" | "viewer">,
  log: ChangeLog,
): { live: LiveState; gained: Gained | null } {
  const client = useQueryClient();
  const [gained, setGained] = useState<Gained | null>(null);

  const live = useLive({
    experienceId,
    realtime,
    onChanged: (changes: BoardChange[]) => {
      const newer = log.take(changes);
      if (newer.length > 0) patchBoards((board) => patchBoard(board, newer, viewer));
      const own = newer.find(({ memberId }) => memberId === viewer.userId || memberId === viewer.opaqueId);
      if (own && isUntold(own)) setTimeout(() => isUntold(own) && askForOwn(), LOST_AFTER_MS);
    },
    onOwn: (news: OwnNews) => {
      if (!log.takeOwn(news)) return;
      const before = client.getQueryData<Me>(meKey(experienceId))?.card;
      client.setQueryData<Me>(meKey(experienceId), (me) => me && withNews(me, news));
      patchBoards((board) => patchWithNews(board, news));
      if (news.activity && news.activity.xp > 0) setGained({ xp: news.activity.xp, version: news.version });
      // News without an activity may be of a reward: what has become of it is asked for.
      if (news.activity === null || (before && before.progress.level !== news.progress.level))
        client.invalidateQueries({ queryKey: meKey(experienceId) });
      client.invalidateQueries({ queryKey: historyKey(experienceId) });
    },
    onResync: () => {
      // Nobody has told what happened in between.
      patchBoards((board) => ({ ...board, heardOf: new Map() }));
      for (const key of [meKey(experienceId), boardKey(experienceId), historyKey(experienceId)]) {
        client.invalidateQueries({ queryKey: key });
      }
    },
  });

  function isUntold({ version }: BoardChange): boolean {
    return version > (client.getQueryData<Me>(meKey(experienceId))?.card.version ?? 0);
  }

  function askForOwn(): void {
    for (const key of [meKey(experienceId), historyKey(experienceId)]) client.invalidateQueries({ queryKey: key });
  }

  function patchBoards(patch: (board: Board) => Board): void {
    client.setQueriesData<Board>({ queryKey: boardKey(experienceId) }, (board) => board && patch(board));
  }
  return { live, gained };
}

/** For what is asked of the database after the reader has changed what others see. */
export function useRefresh(experienceId: string): () => Promise<void> {
  const client = useQueryClient();
  return async () => {
    const keys = [meKey(experienceId), boardKey(experienceId), historyKey(experienceId)];
    await Promise.all(keys.map((queryKey) => client.invalidateQueries({ queryKey })));
  };
}
