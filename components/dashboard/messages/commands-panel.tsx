"use client";

import { useId } from "react";
import { FieldProblem, SettingsPanel, SwitchRow } from "@/components/dashboard/messages/settings-row";
import type { Settings } from "@/components/dashboard/messages/use-settings";
import { NumberInput } from "@/components/dashboard/number-input";
import type { Chat } from "@/services/notifications/notifications.schema";

const LONGEST_SECONDS = 3_600;

/** What members may ask in chat, and where. */
export function CommandsPanel({ settings, chats }: { settings: Settings; chats: Chat[] | null }) {
  const id = useId();
  const { commands } = settings.draft;
  const off = new Set(commands.disabledExperienceIds);
  const change = (part: Partial<typeof commands>) => settings.change({ commands: { ...commands, ...part } });

  function switchChat(experienceId: string, isOn: boolean) {
    const others = commands.disabledExperienceIds.filter((one) => one !== experienceId);
    change({ disabledExperienceIds: isOn ? others : [...others, experienceId] });
  }

  return (
    <SettingsPanel
      title={commands.enabled ? "Commands are answered in chat" : "Commands are not answered"}
      subtitle="/mylevel (also /rank, /level), /leaderboard (/top), /rewards and /help. They earn no XP."
      isChanged={settings.changed.has("commands")}
    >
      <SwitchRow label="Answer commands" checked={commands.enabled} onChange={(enabled) => change({ enabled })} />
      {commands.enabled && (
        <>
          <NumberInput
            label="Between two answers to a member"
            unit="s"
            value={settings.cooldownSeconds}
            min={0}
            max={LONGEST_SECONDS}
            onChange={settings.changeCooldown}
          />
          <FieldProblem id={`${id}-cooldown`}>{settings.problems.cooldown}</FieldProblem>
          {chats !== null && chats.length > 0 && (
            <div className="flex flex-col gap-1 border-(--gray-a4) border-t pt-3">
              <h3 className="pb-1 font-medium text-(--gray-12) text-[14px]/5">Chats</h3>
              {chats.map(({ experienceId, name }) => (
                <SwitchRow
                  key={experienceId}
                  label={name}
                  checked={!off.has(experienceId)}
                  onChange={(isOn) => switchChat(experienceId, isOn)}
                />
              ))}
            </div>
          )}
          {chats === null && (
            <p className="text-(--gray-11) text-[12px]/4">Whop does not answer right now: the chats show up later.</p>
          )}
        </>
      )}
    </SettingsPanel>
  );
}
