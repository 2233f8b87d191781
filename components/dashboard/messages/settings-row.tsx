"use client";

import { Switch } from "frosted-ui";
import { type ReactNode, useId } from "react";
import { useIsLocked } from "@/components/dashboard/lockable";
import { Panel } from "@/components/dashboard/panel";

type SettingsPanelProps = { title: string; subtitle: ReactNode; isChanged: boolean; children: ReactNode };

/** A part of the settings; the stroke stands at what is not saved yet. */
export function SettingsPanel({ title, subtitle, isChanged, children }: SettingsPanelProps) {
  return (
    <Panel title={title} subtitle={subtitle}>
      <div className={`flex flex-col gap-4 ${isChanged ? "unsaved" : ""}`}>
        {isChanged && <span className="sr-only">Not saved yet</span>}
        {children}
      </div>
    </Panel>
  );
}

type SwitchRowProps = {
  label: string;
  hint?: string;
  checked: boolean;
  onChange: (checked: boolean) => void;
};

/** Something that is on or off. */
export function SwitchRow({ label, hint, checked, onChange }: SwitchRowProps) {
  const id = useId();
  const isLocked = useIsLocked();
  return (
    <label htmlFor={id} className="flex min-h-8 cursor-pointer items-center justify-between gap-4">
      <span className="min-w-0">
        <span className="wrap-anywhere block text-(--gray-12) text-[14px]/5">{label}</span>
        {hint !== undefined && (
          <span id={`${id}-hint`} className="block text-(--gray-11) text-[12px]/4">
            {hint}
          </span>
        )}
      </span>
      <Switch
        id={id}
        size="2"
        color="gray"
        highContrast
        className="shrink-0"
        disabled={isLocked}
        checked={checked}
        onCheckedChange={onChange}
        aria-label={label}
        aria-describedby={hint === undefined ? undefined : `${id}-hint`}
      />
    </label>
  );
}

/** Why a field cannot be saved like this. */
export function FieldProblem({ id, children }: { id: string; children: string | undefined }) {
  return (
    <p id={id} role="status" className={children ? "font-medium text-(--gray-12) text-[12px]/4" : "sr-only"}>
      {children}
    </p>
  );
}
