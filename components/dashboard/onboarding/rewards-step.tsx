"use client";

import { Switch } from "frosted-ui";
import { rewardName } from "@/components/rewards/reward-words";
import type { Formats } from "@/components/ui/formats";
import { useFormats } from "@/components/ui/locale-context";
import type { RewardRule } from "@/services/communities/onboarding";

type RewardsStepProps = {
  rules: readonly RewardRule[];
  /** Of each rule, how many members have reached it and wait. */
  due: Readonly<Record<string, number>>;
  isFirst: boolean;
  onSwitch: (ruleId: string, active: boolean) => void;
};

/** What levels and days in a row pay, each to be switched on or off. */
export function RewardsStep({ rules, due, isFirst, onSwitch }: RewardsStepProps) {
  const formats = useFormats();
  const groups = [
    { title: "Levels", shown: rules.filter(({ level }) => level !== null) },
    { title: "Days in a row", shown: rules.filter(({ level }) => level === null) },
  ].filter(({ shown }) => shown.length > 0);
  return (
    <div className="flex flex-col gap-6">
      {groups.map(({ title, shown }) => (
        <section key={title} aria-label={title} className="flex flex-col gap-1">
          <h3 className="font-medium text-(--gray-12) text-[14px]/5">{title}</h3>
          <ul className="flex flex-col">
            {shown.map((rule) => (
              <RuleRow
                key={rule.ruleId}
                rule={rule}
                arrives={howItArrives(rule, due[rule.ruleId] ?? 0, isFirst, formats)}
                onSwitch={onSwitch}
              />
            ))}
          </ul>
        </section>
      ))}
      <div className="flex flex-col gap-1 text-(--gray-11) text-[14px]/5">
        <p>{costInWords(rules, formats)}</p>
        {isFirst && <AtOnce rules={rules} due={due} />}
        <p>
          {isFirst
            ? "Nothing is sent before you confirm. Each reward is sent once per member."
            : "Rewards already earned never change, whatever you set here."}
        </p>
      </div>
    </div>
  );
}

type RuleRowProps = { rule: RewardRule; arrives: string; onSwitch: RewardsStepProps["onSwitch"] };

function RuleRow({ rule, arrives, onSwitch }: RuleRowProps) {
  const formats = useFormats();
  return (
    <li className="border-(--gray-a4) border-t first:border-t-0">
      <label htmlFor={rule.ruleId} className="flex min-h-14 cursor-pointer items-center gap-3 py-2">
        <span className="w-18 shrink-0 text-(--gray-11) text-[14px]/5">{goalInShort(rule, formats)}</span>
        <span className="flex min-w-0 flex-1 flex-col">
          <span
            className={`break-words text-[14px]/5 ${rule.active ? "font-medium text-(--gray-12)" : "text-(--gray-11)"}`}
          >
            {rewardName(rule, formats)}
          </span>
          <span className="text-(--gray-11) text-[12px]/4">{arrives}</span>
        </span>
        <Switch
          id={rule.ruleId}
          size="2"
          color="gray"
          highContrast
          checked={rule.active}
          onCheckedChange={(active) => onSwitch(rule.ruleId, active)}
          aria-label={`${goalInWords(rule, formats)}: ${rewardName(rule, formats)}`}
        />
      </label>
    </li>
  );
}

/** Under a title that says the rest. */
function goalInShort({ level, streakDays }: RewardRule, { number }: Formats): string {
  return level === null ? `${number(streakDays ?? 0)}\u00a0days` : `Level\u00a0${number(level)}`;
}

function goalInWords({ level, streakDays }: RewardRule, { number }: Formats): string {
  return level === null ? `${number(streakDays ?? 0)} days in a row` : `Level ${number(level)}`;
}

const ARRIVES: Record<RewardRule["type"], string> = {
  free_days: "Added to the membership",
  promo_code: "One-time promo code, on the member's page",
  badge: "Shown on the member's page",
  custom: "Shown on the member's page, given by you",
};

function howItArrives({ type, active }: RewardRule, due: number, isFirst: boolean, { number }: Formats): string {
  if (due === 0) return ARRIVES[type];
  const who = due === 1 ? "1 member is" : `${number(due)} members are`;
  if (active) return `${ARRIVES[type]}, ${who} there already`;
  return isFirst
    ? `${who} there already and will not get it`
    : `${who} there already and still ${due === 1 ? "gets" : "get"} it`;
}

/** What confirming sets off for members who have been there before it. */
function AtOnce({ rules, due }: Pick<RewardsStepProps, "rules" | "due">) {
  const { number } = useFormats();
  const waiting = rules.filter(({ active, ruleId }) => active && (due[ruleId] ?? 0) > 0);
  const rewards = waiting.reduce((sum, { ruleId }) => sum + (due[ruleId] ?? 0), 0);
  const days = waiting.reduce((sum, { ruleId, value }) => sum + (due[ruleId] ?? 0) * (value.days ?? 0), 0);
  if (rewards === 0) return null;
  return (
    <p className="text-(--gray-12)">
      {rewards === 1 ? "1 reward has" : `${number(rewards)} rewards have`} been earned already and{" "}
      {rewards === 1 ? "is" : "are"} sent when you confirm{days > 0 && `: ${number(days)} free days together`}.
    </p>
  );
}

/** What the rules that are on add up to for somebody who reaches them all. */
function costInWords(rules: readonly RewardRule[], { number }: Formats): string {
  const on = rules.filter(({ active }) => active);
  if (on.length === 0) return "Nothing is paid. You can switch rewards on later.";
  const days = on.reduce((sum, { value }) => sum + (value.days ?? 0), 0);
  const codes = on
    .filter(({ type }) => type === "promo_code")
    .map(({ value }) => `${number(value.percentOff ?? 0)}\u00a0%`);
  const parts = [
    days > 0 ? `${number(days)} days of membership that they do not pay for` : null,
    codes.length > 0 ? `a code for ${codes.join(" and ")} off` : null,
  ].filter((part) => part !== null);
  const last = Math.max(...on.map(({ level }) => level ?? Number.POSITIVE_INFINITY));
  if (parts.length === 0) return "These rewards cost you no membership fees.";
  const who =
    last < Number.POSITIVE_INFINITY ? `A member who climbs to level ${number(last)}` : "Who earns each of them";
  return `${who} gets ${parts.join(" and ")} in all.`;
}
