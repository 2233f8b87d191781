"use client";

import { IconButton, Select } from "frosted-ui";
import { X } from "lucide-react";
import { type ReactNode, useId } from "react";
import { ROLE_NAMES } from "@/components/dashboard/rules/example";
import { LIMITS, ROLES } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import { Factor } from "@/components/dashboard/rules/small-number";
import type { RulesState } from "@/components/dashboard/rules/use-rules";
import type { Place } from "@/services/communities/rules.schema";

/** What a channel that is added begins with. */
const OFFERED_PERCENT = 150;

type MultipliersPanelProps = {
  rules: RulesState;
  places: readonly Place[];
  /** False while Whop cannot be asked. */
  hasAllPlaces: boolean;
  canChange: boolean;
  needsPremium: boolean;
};

/** Where and for whom everything counts more, less or not at all. */
export function MultipliersPanel({ rules, places, hasAllPlaces, canChange, needsPremium }: MultipliersPanelProps) {
  const { draft, saved, changed, problems, change } = rules;
  const { channels, roles } = draft;
  const setChannel = (id: string, percent: number | null) => change({ channels: { ...channels, [id]: percent } });
  const remove = (id: string) =>
    change({ channels: Object.fromEntries(Object.entries(channels).filter(([one]) => one !== id)) });
  const rows = Object.entries(channels).map(([id, percent]) => ({
    id,
    percent,
    name: nameOf(id, places, hasAllPlaces),
  }));
  return (
    <RulesPanel
      title="Where and for whom it counts more"
      subtitle="All that hold are multiplied and the result is rounded once. × 0 wins over everything: it pays nothing."
      isChanged={false}
      canChange={canChange}
      needsPremium={needsPremium}
    >
      <Group
        title="Channels"
        isChanged={changed.has("channels")}
        isShorter={Object.keys(saved.channels).some((id) => !Object.hasOwn(channels, id))}
      >
        {rows.length === 0 && <p className="text-(--gray-11) text-[14px]/5">Every channel counts once.</p>}
        <ul>
          {rows.map(({ id, percent, name }) => (
            <FactorRow
              key={id}
              label={name}
              hint={percent === 0 ? "Pays nothing" : undefined}
              isChanged={percent !== saved.channels[id]}
              percent={percent}
              problem={problems[`channels.${id}`]}
              onChange={(next) => setChannel(id, next)}
              onRemove={canChange ? () => remove(id) : undefined}
            />
          ))}
        </ul>
        {canChange && (
          <AddChannel
            places={places.filter(({ experienceId }) => !Object.hasOwn(channels, experienceId))}
            hasAllPlaces={hasAllPlaces}
            onAdd={(id) => setChannel(id, OFFERED_PERCENT)}
          />
        )}
      </Group>
      <Group title="Roles" isChanged={changed.has("roles")}>
        <ul>
          {ROLES.map((role) => (
            <FactorRow
              key={role}
              label={ROLE_NAMES[role].many}
              hint={hintOf(role, draft.roles[role])}
              isChanged={draft.roles[role] !== saved.roles[role]}
              percent={draft.roles[role]}
              problem={problems[`roles.${role}`]}
              isIndented={canChange && rows.length > 0}
              onChange={(percent) => change({ roles: { ...roles, [role]: percent } })}
            />
          ))}
        </ul>
      </Group>
    </RulesPanel>
  );
}

function hintOf(role: (typeof ROLES)[number], percent: number | null): string | undefined {
  if (percent === 0) return "Earn nothing";
  return role === "member" ? "Everybody who is not in the team" : undefined;
}

function nameOf(id: string, places: readonly Place[], hasAllPlaces: boolean): string {
  const place = places.find(({ experienceId }) => experienceId === id);
  if (place) return place.name === "" ? id : place.name;
  return hasAllPlaces ? "A channel that is gone" : "A channel whose name Whop would know";
}

type GroupProps = {
  title: string;
  isChanged: boolean;
  /** What is gone has no row for the stroke. */
  isShorter?: boolean;
  children: ReactNode;
};

function Group({ title, isChanged, isShorter = false, children }: GroupProps) {
  return (
    <div
      className={`flex flex-col gap-2 border-(--gray-a4) border-t pt-4 first-of-type:border-t-0 first-of-type:pt-0 ${isShorter ? "unsaved" : ""}`}
    >
      <h3 className="font-medium text-(--gray-12) text-[14px]/5">
        {title}
        {isChanged && <span className="sr-only">, not saved yet</span>}
      </h3>
      {children}
    </div>
  );
}

type FactorRowProps = {
  label: string;
  hint?: string;
  isChanged: boolean;
  percent: number | null;
  problem: string | undefined;
  /** In line with rows that can be removed. */
  isIndented?: boolean;
  onChange: (percent: number | null) => void;
  onRemove?: () => void;
};

function FactorRow({
  label,
  hint,
  isChanged,
  percent,
  problem,
  isIndented = false,
  onChange,
  onRemove,
}: FactorRowProps) {
  const id = useId();
  return (
    <li className={`flex flex-col ${isChanged ? "unsaved" : ""}`}>
      <div className="flex min-h-12 items-center gap-3 py-1">
        <div className="min-w-0 flex-1">
          <p className="wrap-anywhere text-(--gray-12) text-[14px]/5">
            <bdi>{label}</bdi>
          </p>
          {hint !== undefined && <p className="text-(--gray-11) text-[12px]/4">{hint}</p>}
        </div>
        <Factor
          label={`${label}: times`}
          value={percent}
          describedBy={`${id}-problem`}
          isWrong={problem !== undefined}
          onChange={onChange}
          className="w-24 shrink-0"
        />
        {onRemove ? (
          <IconButton
            type="button"
            size="3"
            variant="ghost"
            color="gray"
            highContrast
            aria-label={`Remove ${label}`}
            onClick={onRemove}
            className="m-0 shrink-0"
          >
            <X size={16} aria-hidden="true" />
          </IconButton>
        ) : (
          isIndented && <span className="w-10 shrink-0" />
        )}
      </div>
      <Problem id={`${id}-problem`}>{problem}</Problem>
    </li>
  );
}

const KINDS: Record<Place["kind"], string> = { chat: "Chat", forum: "Forum", other: "Other" };

type AddChannelProps = { places: readonly Place[]; hasAllPlaces: boolean; onAdd: (experienceId: string) => void };

function AddChannel({ places, hasAllPlaces, onAdd }: AddChannelProps) {
  const items = places
    .filter(({ name }) => name !== "")
    .slice(0, LIMITS.channelsOffered)
    .map(({ experienceId, name, kind }) => ({ value: experienceId, label: name, kind }));
  return (
    <div className="flex flex-col gap-1.5">
      {items.length > 0 && (
        <Select.Root
          items={items}
          value={null}
          onValueChange={(next: string | null) => next !== null && onAdd(next)}
          size="3"
        >
          <Select.Trigger aria-label="Add a channel" placeholder="Add a channel" className="w-full" />
          <Select.Content>
            {items.map(({ value, label, kind }) => (
              <Select.Item key={value} value={value}>
                {label} {label !== KINDS[kind] && <span className="text-(--gray-11)">{KINDS[kind]}</span>}
              </Select.Item>
            ))}
          </Select.Content>
        </Select.Root>
      )}
      {!hasAllPlaces && (
        <p className="text-(--gray-11) text-[12px]/4">
          Whop does not answer right now: channels in which nothing has happened yet show up later.
        </p>
      )}
    </div>
  );
}
