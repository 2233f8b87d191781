"use client";

import { useEffect, useRef } from "react";
import { useNotifications } from "@/components/notifications/notification-context";
import { rewardName } from "@/components/rewards/reward-words";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import type { Ladder, RewardType, RewardValue } from "@/services/rewards/ladder";

type Delivered = { id: string; type: RewardType; value: RewardValue };

/** Says once that a reward has arrived while the page is open; nothing of those that were there before. */
export function useDeliveries(ladder: Ladder, onShow: () => void): void {
  const { notify } = useNotifications();
  const formats = useFormats();
  const known = useRef<Set<string> | null>(null);
  const show = useRef(onShow);
  useEffect(() => {
    show.current = onShow;
  });
  useEffect(() => {
    const delivered = deliveredIn(ladder);
    const before = known.current;
    known.current = new Set([...(before ?? []), ...delivered.map(({ id }) => id)]);
    if (before === null) return;
    for (const reward of delivered) {
      if (before.has(reward.id)) continue;
      const isSeenHere = reward.type !== "free_days";
      const action = isSeenHere ? { action: { label: "Show", onClick: () => show.current() } } : {};
      notify({ ...inWords(reward, formats), ...action });
    }
  }, [ladder, notify, formats]);
}

function deliveredIn({ rungs, streaks, granted }: Ladder): Delivered[] {
  const all = [
    ...[...rungs, ...streaks].map(({ ruleId, ...rung }) => ({ id: ruleId, ...rung })),
    ...granted.map(({ rewardId, ...reward }) => ({ id: rewardId, ...reward })),
  ];
  return all.filter(({ state }) => state === "delivered");
}

function inWords(reward: Delivered, formats: Formats): { title: string; description: string } {
  const name = rewardName(reward, formats);
  switch (reward.type) {
    case "free_days":
      return { title: `${name} added`, description: "Your membership lasts that much longer." };
    case "promo_code":
      return { title: "Your code is here", description: `${name}, under Rewards.` };
    case "badge":
    case "custom":
      return { title: name, description: "It is yours now, under Rewards." };
  }
}
