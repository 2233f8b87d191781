"use client";

import { Switch } from "frosted-ui";
import { type ReactNode, useId } from "react";
import { useIsLocked } from "@/components/dashboard/lockable";
import { LIMITS, type RateDraft } from "@/components/dashboard/rules/rules-draft";
import { Problem } from "@/components/dashboard/rules/rules-panel";
import { SmallNumber } from "@/components/dashboard/rules/small-number";
import type { RulesState } from "@/components/dashboard/rules/use-rules";
import { actionName } from "@/components/xp/action-words";

/** Where each one happens, in the order of the page. Others come after, by name. */
const PLACES: Record<string, string> = {
  message: "Chat",
  post: "Forum",
  comment: "Forum",
  reaction: "Given, chat and forum",
  reaction_received: "By the author",
  lesson: "Course, each lesson once",
  daily_visit: "First look at WEE5 on a day",
  member_joined: "Once",
};
const WRITTEN = new Set(["message", "post", "comment"]);
export const KNOWN_ACTIONS = Object.keys(PLACES);
export const COLUMNS = "md:grid-cols-[minmax(0,1fr)_168px_112px_112px_112px_44px]";

type ActionRowProps = {
  action: string;
  rate: RateDraft;
  isChanged: boolean;
  problems: RulesState["problems"];
  onChange: (part: Partial<RateDraft>) => void;
};

/** One action, a row where there is room for the columns. */
export function ActionRow({ action, rate, isChanged, problems, onChange }: ActionRowProps) {
  const id = useId();
  const isLocked = useIsLocked();
  const name = actionName(action);
  const problemOf = (field: keyof RateDraft) => problems[`actions.${action}.${field}`];
  const isWrong = Object.keys(problems).some((field) => field.startsWith(`actions.${action}.`));
  // What is off takes no room on a phone, unless something in it is in the way.
  const look = rate.enabled || isWrong ? "" : "max-md:hidden";
  const field = (part: keyof RateDraft) => ({ id: `${id}-${part}`, problem: problemOf(part), look });
  const input = (part: keyof RateDraft) => ({ describedBy: `${id}-${part}`, isWrong: problemOf(part) !== undefined });
  return (
    <li className={`border-(--gray-a4) border-t first:border-t-0 ${isChanged ? "unsaved" : ""}`}>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset cannot be laid out as a row of the grid */}
      <div
        role="group"
        aria-labelledby={`${id}-name`}
        className={`grid grid-cols-2 items-start gap-x-4 gap-y-3 py-3 md:py-2 ${COLUMNS}`}
      >
        <div className="flex min-h-10 min-w-0 flex-col justify-center">
          <p
            id={`${id}-name`}
            className={`wrap-anywhere font-medium text-[14px]/5 ${rate.enabled ? "text-(--gray-12)" : "text-(--gray-11)"}`}
          >
            {name}
            {isChanged && <span className="sr-only">, not saved yet</span>}
          </p>
          {PLACES[action] && <p className="text-(--gray-11) text-[12px]/4">{PLACES[action]}</p>}
        </div>
        <span className="flex min-h-10 items-center justify-self-end md:order-last">
          <Switch
            size="2"
            color="gray"
            highContrast
            className="shrink-0"
            disabled={isLocked}
            checked={rate.enabled}
            onCheckedChange={(enabled) => onChange({ enabled })}
            aria-label={`${name} earns XP`}
          />
        </span>
        <Field label="XP" {...field("minXp")} className="max-[374px]:col-span-2">
          <Amount name={name} rate={rate} {...input("minXp")} onChange={onChange} />
        </Field>
        <Field label="Cooldown" {...field("cooldownSeconds")}>
          <SmallNumber
            {...input("cooldownSeconds")}
            label={`${name}: cooldown in seconds`}
            unit="s"
            value={rate.cooldownSeconds}
            min={0}
            max={LIMITS.cooldownSeconds}
            onChange={(cooldownSeconds) => onChange({ cooldownSeconds })}
          />
        </Field>
        <Field label="Daily cap" {...field("dailyXpCap")}>
          <SmallNumber
            {...input("dailyXpCap")}
            label={`${name}: XP a day at most, empty for no cap`}
            placeholder="No cap"
            value={rate.dailyXpCap}
            min={1}
            max={LIMITS.cap}
            onChange={(dailyXpCap) => onChange({ dailyXpCap })}
          />
        </Field>
        {WRITTEN.has(action) ? (
          <Field label="Shortest text" {...field("minLength")}>
            <SmallNumber
              {...input("minLength")}
              label={`${name}: shortest text that pays, in characters`}
              unit="chars"
              value={rate.minLength}
              min={0}
              max={LIMITS.minLength}
              onChange={(minLength) => onChange({ minLength })}
            />
          </Field>
        ) : (
          <span className="max-md:hidden" />
        )}
      </div>
    </li>
  );
}

type FieldProps = {
  label: string;
  /** Of what is wrong with it. */
  id: string;
  problem: string | undefined;
  look: string;
  className?: string;
  children: ReactNode;
};

/** Its name is above the column where there is one. */
function Field({ label, id, problem, look, className = "", children }: FieldProps) {
  return (
    <div className={`flex min-w-0 flex-col gap-1 ${look} ${className}`}>
      <span aria-hidden="true" className="text-(--gray-11) text-[12px]/4 md:hidden">
        {label}
      </span>
      {children}
      <Problem id={id}>{problem}</Problem>
    </div>
  );
}

type AmountProps = Pick<ActionRowProps, "rate" | "onChange"> & {
  name: string;
  describedBy: string;
  isWrong: boolean;
};

/** One number, or two that the amount is drawn between. */
function Amount({ name, rate: { minXp, maxXp }, describedBy, isWrong, onChange }: AmountProps) {
  const shared = { min: 1, max: LIMITS.xp, describedBy, isWrong, className: "flex-1 min-w-0" };
  return (
    <div className="flex items-center gap-2">
      <SmallNumber {...shared} label={`${name}: XP`} value={minXp} onChange={(next) => onChange({ minXp: next })} />
      <span aria-hidden="true" className="text-(--gray-11)">
        –
      </span>
      <SmallNumber
        {...shared}
        label={`${name}: XP at most, empty for always the same`}
        placeholder="Same"
        value={maxXp}
        onChange={(next) => onChange({ maxXp: next })}
      />
    </div>
  );
}
