"use client";

import { useEffect, useRef, useState } from "react";
import type { BoardRow } from "@/services/leaderboard/show-standing";

const SHOWN_MS = 2_500;

/** A gain that is shown now; `at` tells it from the one before. */
export type RowGain = { xp: number; at: number };

/** Who among the rows has just earned, and how much, for 2.5 s each. Nothing for who was not among them before. */
export function useGains(rows: readonly BoardRow[]): ReadonlyMap<string, RowGain> {
  const [gains, setGains] = useState<ReadonlyMap<string, RowGain>>(new Map());
  const xpBefore = useRef<Map<string, number>>(undefined);

  useEffect(() => {
    const before = xpBefore.current;
    xpBefore.current = new Map(rows.map(({ user_id, xp }) => [user_id, xp]));
    if (!before) return;
    const at = performance.now();
    const found = rows.flatMap(({ user_id, xp }): [string, RowGain][] => {
      const was = before.get(user_id);
      return was !== undefined && xp > was ? [[user_id, { xp: xp - was, at }]] : [];
    });
    if (found.length === 0) return;
    setGains((shown) => new Map([...shown, ...found]));
    // Not cleared when the next rows come: each gain has its own time.
    setTimeout(() => setGains((shown) => new Map([...shown].filter(([, gain]) => gain.at !== at))), SHOWN_MS);
  }, [rows]);

  return gains;
}
