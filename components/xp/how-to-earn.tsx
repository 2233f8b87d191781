"use client";

import { useFormats } from "@/components/ui/locale-context";
import { actionName } from "@/components/xp/action-words";
import { type BoostsHere, MultiplierList } from "@/components/xp/multiplier-list";
import { amountInWords, paceOfRate } from "@/components/xp/rate-words";
import type { Rates } from "@/services/xp/rate";

type HowToEarnProps = {
  rates: Rates;
  boosts?: BoostsHere;
  /** A heading stands above it on wide screens, which need not hear of it twice. */
  hasHeading?: boolean;
};

/** What earns XP in a community, how often, and what multiplies it now. */
export function HowToEarn({ rates: all, boosts, hasHeading }: HowToEarnProps) {
  const { rates, dailyXpCap, paused, multipliers } = all;
  const formats = useFormats();
  const paying = rates.filter(({ maxXp }) => maxXp > 0);
  return (
    <div>
      {paused && (
        <p className="pb-3 text-(--gray-12) text-[14px]/5">
          XP is paused here. Your level and rewards are kept, and this is what pays once it goes on.
        </p>
      )}
      {paying.length === 0 && <p className="text-(--gray-11) text-[14px]/5">Nothing earns XP here yet.</p>}
      {paying.length > 0 && (
        <table className="w-full border-collapse text-left text-[14px]/5">
          <caption className={`pb-2 text-left text-(--gray-11) text-[12px]/4 ${hasHeading ? "md:sr-only" : ""}`}>
            What earns XP here
          </caption>
          <thead className="sr-only">
            <tr>
              <th scope="col">Action</th>
              <th scope="col">How often</th>
              <th scope="col">XP</th>
            </tr>
          </thead>
          <tbody>
            {paying.map((rate) => (
              <tr key={rate.action} className="border-(--gray-a4) border-t">
                <th scope="row" className="py-2.5 pr-3 align-top font-normal text-(--gray-12)">
                  <span className="wrap-anywhere inline-block min-w-24">{actionName(rate.action)}</span>
                </th>
                <td className="py-2.5 pr-3 align-top text-(--gray-11)">{paceOfRate(rate, formats)}</td>
                <td className="whitespace-nowrap py-2.5 text-right align-top font-medium text-(--gray-12)">
                  {amountInWords(rate, formats)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {paying.length > 0 && <MultiplierList multipliers={multipliers} boosts={boosts} />}
      {dailyXpCap !== null && paying.length > 0 && (
        <p className="border-(--gray-a4) border-t pt-2.5 text-(--gray-11) text-[12px]/4">
          All together at most {formats.number(dailyXpCap)} XP a day, again from midnight.
        </p>
      )}
    </div>
  );
}
