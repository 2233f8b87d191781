"use client";

import { useEffect, useRef } from "react";
import { useWhopFrame } from "@/components/frame/whop-frame";
import type { Me } from "@/components/member-page/member-page-data";
import { useNotifications } from "@/components/notifications/notification-context";

/**
 * Says once that a level has been reached, however the page has learned of it; nothing of those reached before it was opened, nor of
 * those that the counting of the past has brought.
 */
export function useLevelUps({ card: { progress }, ladder, historyAt }: Me): void {
  const { levelUp } = useNotifications();
  const { haptic } = useWhopFrame();
  const highest = useRef(progress.level);
  const known = useRef(historyAt);
  useEffect(() => {
    const isHistory = historyAt !== known.current;
    known.current = historyAt;
    if (progress.level <= highest.current) return;
    highest.current = progress.level;
    if (isHistory) return;
    levelUp({ progress, ladder });
    haptic("notification");
  }, [progress, ladder, historyAt, levelUp, haptic]);
}
