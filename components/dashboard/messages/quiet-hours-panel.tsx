"use client";

import { SegmentedControlRadioGroup, TextField } from "frosted-ui";
import { useId } from "react";
import { useIsLocked } from "@/components/dashboard/lockable";
import type { SettingsDraft } from "@/components/dashboard/messages/settings-draft";
import { FieldProblem, SettingsPanel, SwitchRow } from "@/components/dashboard/messages/settings-row";
import type { Settings } from "@/components/dashboard/messages/use-settings";

type QuietHours = SettingsDraft["quietHours"];

/** When nobody is told anything; it is told afterwards. */
export function QuietHoursPanel({ settings, timeZone }: { settings: Settings; timeZone: string }) {
  const id = useId();
  const isLocked = useIsLocked();
  const { quietHours } = settings.draft;
  const change = (part: Partial<QuietHours>) => settings.change({ quietHours: { ...quietHours, ...part } });
  return (
    <SettingsPanel
      title={quietHours.enabled ? "Nights are quiet" : "No quiet hours"}
      subtitle="What comes up meanwhile is told when they end"
      isChanged={settings.changed.has("quietHours")}
    >
      <SwitchRow label="Keep quiet hours" checked={quietHours.enabled} onChange={(enabled) => change({ enabled })} />
      {quietHours.enabled && (
        <>
          <div className="grid grid-cols-2 gap-3">
            <Time
              label="From"
              value={quietHours.from}
              describedBy={`${id}-problem`}
              onChange={(from) => change({ from })}
            />
            <Time label="To" value={quietHours.to} describedBy={`${id}-problem`} onChange={(to) => change({ to })} />
          </div>
          <div className="flex flex-col gap-1.5">
            <span id={`${id}-zone`} className="font-medium text-(--gray-12) text-[14px]/5">
              By whose clock
            </span>
            <SegmentedControlRadioGroup.Root<QuietHours["zone"]>
              aria-labelledby={`${id}-zone`}
              aria-describedby={`${id}-zone-help`}
              disabled={isLocked}
              value={quietHours.zone}
              onValueChange={(zone) => change({ zone })}
            >
              <SegmentedControlRadioGroup.Item value="community">The community's</SegmentedControlRadioGroup.Item>
              <SegmentedControlRadioGroup.Item value="member">Each member's</SegmentedControlRadioGroup.Item>
            </SegmentedControlRadioGroup.Root>
            <p id={`${id}-zone-help`} className="text-(--gray-11) text-[12px]/4">
              {quietHours.zone === "community"
                ? `${timeZone.replaceAll("_", " ")}, as in the set-up.`
                : `Where it is not known: ${timeZone.replaceAll("_", " ")}.`}
            </p>
          </div>
        </>
      )}
      <FieldProblem id={`${id}-problem`}>{settings.problems.quietHours}</FieldProblem>
    </SettingsPanel>
  );
}

type TimeProps = { label: string; value: string; describedBy: string; onChange: (value: string) => void };

function Time({ label, value, describedBy, onChange }: TimeProps) {
  const id = useId();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </label>
      <TextField.Root size="3">
        <TextField.Input
          id={id}
          type="time"
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-describedby={describedBy}
        />
      </TextField.Root>
    </div>
  );
}
