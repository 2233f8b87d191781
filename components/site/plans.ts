export type Plan = {
  name: "Free" | "Premium" | "Enterprise";
  /** US dollars a month. */
  priceUsd: number;
  /** What the plan has beside its own list. */
  includes?: string;
  /** What is there today. */
  now: string[];
  /** What later releases bring. */
  soon: string[];
};

/** What each plan holds. A feature moves from `soon` to `now` with the release that brings it, not before. */
export function plans(pricesUsd: { premium: number; enterprise: number }): Plan[] {
  return [
    {
      name: "Free",
      priceUsd: 0,
      now: [
        "XP for messages, posts, comments, reactions",
        "Levels, streaks, live board, rank cards",
        "Receipts for every activity",
        "Rewards sent by themselves, once",
        "Level-up messages and chat commands",
      ],
      soon: [],
    },
    {
      name: "Premium",
      priceUsd: pricesUsd.premium,
      includes: "Everything in Free, and",
      now: [
        "XP for lessons and daily visits",
        "Your own rates, cooldowns and caps",
        "Multipliers and timed boosts",
        "XP for days in a row",
      ],
      soon: [
        "Your own curve and rank names",
        "Analytics, and whether it pays",
        "Badges",
        "Review queue and fair play settings",
        "Undo for 30 days",
      ],
    },
    {
      name: "Enterprise",
      priceUsd: pricesUsd.enterprise,
      includes: "Everything in Premium, and",
      now: [],
      soon: [
        "Many communities, one view",
        "API and outbound webhooks",
        "Bulk changes with dry run",
        "Import from other bots",
      ],
    },
  ];
}
