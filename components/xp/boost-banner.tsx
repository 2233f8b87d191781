"use client";

import { useState } from "react";
import { useFormats } from "@/components/ui/locale-context";
import { boostNames, boostTimes, factorInWords } from "@/components/xp/boost-words";
import { useBoostClock } from "@/components/xp/use-boost-clock";
import { type Boost, type ToldBoost, toldBoost } from "@/services/xp/boost";

type BoostBannerProps = {
  boosts: readonly Boost[];
  /** IANA name, of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  startedAt: number;
};

/**
 * Which boost is on and until when, or which one comes within a day. It comes and goes by itself; like the line of what is not live,
 * the page makes room for it by sliding.
 */
export function BoostBanner({ boosts, timeZone, startedAt }: BoostBannerProps) {
  const formats = useFormats();
  const now = useBoostClock(boosts, startedAt);
  const told = toldBoost(boosts, now);
  const reader = { now, timeZone, formats };
  const [opened] = useState(() => keyOf(toldBoost(boosts, startedAt)));
  const isNews = keyOf(told) !== opened;
  const whatItDoes = ({ percent }: ToldBoost) => `: ${factorInWords(percent, formats)}`;
  return (
    <div className="boost-line" data-shown={told !== null || undefined}>
      <p role="status" className="sr-only">
        {isNews && (told ? `${boostNames(told, reader)}${whatItDoes(told)}` : "The boost has ended")}
      </p>
      {told && (
        <section aria-label={told.is === "on" ? "Boost" : "Next boost"} className="boost-banner">
          <p className="boost-title">
            <bdi>{boostNames(told, reader)}</bdi>
            <span>{whatItDoes(told)}</span>
          </p>
          <p className="boost-times">{boostTimes(told, reader)}</p>
        </section>
      )}
    </div>
  );
}

/** What is told, but for the time that is left: this alone is news to who listens. */
const keyOf = (told: ToldBoost | null) => (told ? [told.is, told.changesAt, ...told.names].join() : "");
