"use client";

import { useEffect, useRef, useState } from "react";

const SHORTEST_MS = 500;

type Row = { user_id: string };

/**
 * The rows in an order that changes at most twice a second, and not while it is held: nothing moves away under a finger or from
 * the keyboard's focus. What a row says is always the newest.
 */
export function useCalmRows<T extends Row>(rows: readonly T[], isHeld: boolean): T[] {
  const wanted = orderOf(rows);
  const [order, setOrder] = useState(wanted);
  const changedAt = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    if (isHeld || wanted === order) return;
    const wait = Math.max(0, changedAt.current + SHORTEST_MS - performance.now());
    const timer = setTimeout(() => {
      changedAt.current = performance.now();
      setOrder(wanted);
    }, wait);
    return () => clearTimeout(timer);
  }, [wanted, order, isHeld]);

  const byId = new Map(rows.map((row) => [row.user_id, row]));
  return order.split(" ").flatMap((id) => byId.get(id) ?? []);
}

/** Ids hold no blank. */
function orderOf(rows: readonly Row[]): string {
  return rows.map(({ user_id }) => user_id).join(" ");
}
