"use client";

import { type RefObject, useLayoutEffect, useRef } from "react";

const DURATION_MS = 240;

type Place = { left: number; top: number };
type Seen = { width: number; places: Map<string, Place> };

/**
 * Slides rows from where they stood to where they stand, where that can be seen; at once for who wants less motion. Rows carry
 * their id as `data-row`; `root` has to be positioned.
 * @param order changes when, and only when, rows may have moved.
 */
export function useRowMoves(root: RefObject<HTMLElement | null>, order: string): void {
  const seen = useRef<Seen>(undefined);
  // biome-ignore lint/correctness/useExhaustiveDependencies: places are compared whenever the order has changed
  useLayoutEffect(() => {
    const element = root.current;
    if (!element) return;
    const rows = [...element.querySelectorAll<HTMLElement>("[data-row]")];
    const now: Seen = {
      width: element.clientWidth,
      places: new Map(rows.map((row) => [row.dataset.row ?? "", placeOf(row)])),
    };
    const before = seen.current;
    seen.current = now;
    // Without a picture of before, or with one of another width, nothing has moved.
    if (!before || before.width !== now.width || isStill()) return;
    for (const row of rows) {
      const from = before.places.get(row.dataset.row ?? "");
      if (from) slide(row, from);
    }
  }, [root, order]);
}

/** Within the root, whatever slides and scrolls at the moment. */
function placeOf({ offsetLeft, offsetTop }: HTMLElement): Place {
  return { left: offsetLeft, top: offsetTop };
}

function isStill(): boolean {
  return matchMedia("(prefers-reduced-motion: reduce)").matches;
}

function slide(row: HTMLElement, from: Place): void {
  const [x, y] = [from.left - row.offsetLeft, from.top - row.offsetTop];
  if (x === 0 && y === 0) return;
  const { top, bottom } = row.getBoundingClientRect();
  const isSeen = Math.max(bottom, bottom + y) > 0 && Math.min(top, top + y) < window.innerHeight;
  if (!isSeen) return;
  row.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
    duration: DURATION_MS,
    easing: "cubic-bezier(0.2, 0, 0, 1)",
  });
}
