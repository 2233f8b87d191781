import type { SampleCommunity } from "@/dev/seed/communities";
import type { ActionRate, Settings } from "@/services/communities/settings.schema";

const DAY_MS = 86_400_000;

export type SettingsChange = { at: Date; by: string; change(settings: Settings): Settings };

/**
 * How the creator tuned the community on the way, in order of time. It ends with the default rates of everything that the
 * default pays for, so that what happens from now on pays as the documentation says.
 */
export function settingsHistory(community: SampleCommunity, startsAt: Date, endsAt: Date): SettingsChange[] {
  const by = community.ownerId;
  const span = endsAt.getTime() - startsAt.getTime();
  const at = (share: number) => new Date(Math.round(startsAt.getTime() + share * span));
  if (community.label !== "main") {
    return [{ at: new Date(0), by, change: (settings) => ({ ...settings, timeZone: "America/Los_Angeles" }) }];
  }
  const pausedFrom = at(0.57);
  return [
    { at: at(0.2), by, change: (settings) => grown(settings, community) },
    // Against spam: caps, and no XP for a grunt.
    { at: at(0.4), by, change: strict },
    // Three hours of moving house.
    { at: pausedFrom, by, change: (settings) => ({ ...settings, paused: true }) },
    {
      at: new Date(pausedFrom.getTime() + Math.min(DAY_MS / 8, span * 0.02)),
      by,
      change: (settings) => doubled({ ...settings, paused: false }),
    },
    { at: at(0.74), by, change: normal },
  ];
}

/** The premium tier: lessons and visits pay, one chat and one member do not. */
function grown(settings: Settings, { playground, autoposterId }: SampleCommunity): Settings {
  return {
    ...settings,
    tier: "premium",
    excludedExperienceIds: playground ? [playground.experienceId] : [],
    excludedUserIds: [autoposterId],
    actions: withRates(settings, { lesson: { enabled: true }, daily_visit: { enabled: true } }),
  };
}

function strict(settings: Settings): Settings {
  const actions = withRates(settings, { message: { dailyXpCap: 400, minLength: 3 }, reaction: { dailyXpCap: 25 } });
  return { ...settings, actions };
}

function doubled(settings: Settings): Settings {
  const actions = withRates(settings, {
    message: { minXp: 40, maxXp: 40, dailyXpCap: null, minLength: 0 },
    post: { minXp: 30, maxXp: 50 },
    reaction: { minXp: 10, maxXp: 10, dailyXpCap: null },
  });
  return { ...settings, actions };
}

function normal(settings: Settings): Settings {
  const actions = withRates(settings, {
    message: { minXp: 20, maxXp: 20 },
    post: { minXp: 15, maxXp: 25 },
    reaction: { minXp: 5, maxXp: 5 },
  });
  return { ...settings, actions };
}

function withRates(settings: Settings, changes: Record<string, Partial<ActionRate>>): Settings["actions"] {
  const changed = Object.entries(settings.actions).map(([action, rate]) => [action, { ...rate, ...changes[action] }]);
  return Object.fromEntries(changed);
}
