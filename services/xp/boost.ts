/** A multiplier for a while, as members are told of it. ISO 8601; `endsAt` is the first moment without it. */
export type Boost = { name: string; percent: number; startsAt: string; endsAt: string };

/** What is said of boosts at a moment: all that hold, as one; else the next one, from a day before it starts. */
export type ToldBoost =
  | { is: "on"; names: string[]; percent: number; changesAt: string }
  | { is: "ahead"; names: string[]; percent: number; changesAt: string };

const TOLD_BEFORE_MS = 86_400_000;

/** Those that hold at a moment. @param now milliseconds. */
export function boostsOn(boosts: readonly Boost[], now: number): Boost[] {
  return boosts.filter(({ startsAt, endsAt }) => Date.parse(startsAt) <= now && now < Date.parse(endsAt));
}

/** What a banner says; null while there is nothing to say. @param now milliseconds. */
export function toldBoost(boosts: readonly Boost[], now: number): ToldBoost | null {
  const on = boostsOn(boosts, now);
  const first = earliest(on, "endsAt");
  if (first) return { is: "on", names: namesOf(on), percent: productOf(on), changesAt: first.endsAt };
  const ahead = boosts.filter(({ startsAt }) => isSoon(Date.parse(startsAt), now));
  const next = earliest(ahead, "startsAt");
  if (!next) return null;
  const together = ahead.filter(({ startsAt }) => startsAt === next.startsAt);
  return { is: "ahead", names: namesOf(together), percent: productOf(together), changesAt: next.startsAt };
}

/** When what is said of boosts changes next; null when it never does. Milliseconds. */
export function nextBoostChange(boosts: readonly Boost[], now: number): number | null {
  const moments = boosts.flatMap(({ startsAt, endsAt }) => {
    const start = Date.parse(startsAt);
    return [start - TOLD_BEFORE_MS, start, Date.parse(endsAt)];
  });
  const ahead = moments.filter((at) => at > now);
  return ahead.length === 0 ? null : Math.min(...ahead);
}

const isSoon = (startMs: number, now: number) => startMs > now && startMs - TOLD_BEFORE_MS <= now;
const namesOf = (boosts: readonly Boost[]) => boosts.map(({ name }) => name);
const productOf = (boosts: readonly Boost[]) => boosts.reduce((percent, one) => (percent * one.percent) / 100, 100);

function earliest(boosts: readonly Boost[], by: "startsAt" | "endsAt"): Boost | undefined {
  return [...boosts].sort((a, b) => Date.parse(a[by]) - Date.parse(b[by]))[0];
}
