"use client";

import { useEffect, useState } from "react";
import { type Draft, draftKey, forgetDraft, readDraft, writeDraft } from "@/components/dashboard/onboarding/draft";
import type { Onboarding } from "@/services/communities/onboarding";

/** What is chosen in the onboarding: as it was left, else as the community has it, with the browser's time zone for a new one. */
export function useChoice(onboarding: Onboarding) {
  const { communityId, rewardsConfirmedAt, rules } = onboarding;
  const key = draftKey(communityId, rewardsConfirmedAt);
  const [draft, setDraft] = useState<Draft>(() => stored(onboarding));
  const [guess, setGuess] = useState<string | null>(null);

  // The server knows neither the browser's storage nor its time zone.
  // biome-ignore lint/correctness/useExhaustiveDependencies: once, for what the page began with
  useEffect(() => {
    const left = readDraft(
      key,
      rules.map(({ ruleId }) => ruleId),
    );
    if (left) return setDraft(left);
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    if (rewardsConfirmedAt !== null || !own) return;
    setGuess(own);
    setDraft((before) => ({ ...before, timeZone: own }));
  }, [key]);

  function change(part: Partial<Draft>) {
    const next = { ...draft, ...part };
    setDraft(next);
    writeDraft(key, next);
  }

  return {
    step: draft.step,
    timeZone: draft.timeZone,
    isGuessed: guess === draft.timeZone,
    rules: rules.map((rule) => ({ ...rule, active: draft.rules[rule.ruleId] ?? rule.active })),
    countPast: draft.countPast === true,
    go: (step: number) => change({ step }),
    setTimeZone: (timeZone: string) => change({ timeZone }),
    switchRule: (ruleId: string, active: boolean) => change({ rules: { ...draft.rules, [ruleId]: active } }),
    setCountPast: (countPast: boolean) => change({ countPast }),
    forget: () => forgetDraft(key),
  };
}

const stored = ({ timeZone, rules }: Onboarding): Draft => ({
  step: 0,
  timeZone,
  rules: Object.fromEntries(rules.map(({ ruleId, active }) => [ruleId, active])),
});
