"use client";

import { Select } from "frosted-ui";
import { useId } from "react";
import { FieldProblem, SettingsPanel, SwitchRow } from "@/components/dashboard/messages/settings-row";
import { TemplateField } from "@/components/dashboard/messages/template-field";
import type { Settings } from "@/components/dashboard/messages/use-settings";
import type { Chat } from "@/services/notifications/notifications.schema";

export function PushPanel({ settings: { draft, changed, change } }: { settings: Settings }) {
  const isOn = draft.levelUpPush || draft.rewardPush;
  return (
    <SettingsPanel
      title={isOn ? "Members are notified" : "Members are not notified"}
      subtitle="Whop's own notifications, on the phone too"
      isChanged={changed.has("levelUpPush") || changed.has("rewardPush")}
    >
      <SwitchRow
        label="A level is reached"
        checked={draft.levelUpPush}
        onChange={(levelUpPush) => change({ levelUpPush })}
      />
      <SwitchRow
        label="A reward has arrived"
        checked={draft.rewardPush}
        onChange={(rewardPush) => change({ rewardPush })}
      />
    </SettingsPanel>
  );
}

export function AnnouncementPanel({ settings, chats }: { settings: Settings; chats: Chat[] | null }) {
  const { announcement } = settings.draft;
  const change = (part: Partial<typeof announcement>) =>
    settings.change({ announcement: { ...announcement, ...part } });
  return (
    <SettingsPanel
      title={announcement.enabled ? "New levels are announced" : "New levels are not announced"}
      subtitle="A message in a chat of your choice, one for each level-up"
      isChanged={settings.changed.has("announcement")}
    >
      <SwitchRow
        label="Announce in a chat"
        checked={announcement.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      {announcement.enabled && (
        <ChatChoice
          chats={chats}
          value={announcement.experienceId}
          problem={settings.problems.chat}
          onChange={(experienceId) => change({ experienceId })}
        />
      )}
      {(announcement.enabled || settings.problems.announcementTemplate) && (
        <TemplateField
          value={announcement.template}
          problem={settings.problems.announcementTemplate}
          onChange={(template) => change({ template })}
        />
      )}
    </SettingsPanel>
  );
}

export function DirectMessagePanel({ settings }: { settings: Settings }) {
  const { directMessage } = settings.draft;
  const change = (part: Partial<typeof directMessage>) =>
    settings.change({ directMessage: { ...directMessage, ...part } });
  return (
    <SettingsPanel
      title={directMessage.enabled ? "Members get a direct message" : "Members get no direct message"}
      subtitle="To the member alone, for each level-up"
      isChanged={settings.changed.has("directMessage")}
    >
      <SwitchRow
        label="Send a direct message"
        checked={directMessage.enabled}
        onChange={(enabled) => change({ enabled })}
      />
      {(directMessage.enabled || settings.problems.directMessageTemplate) && (
        <TemplateField
          value={directMessage.template}
          problem={settings.problems.directMessageTemplate}
          onChange={(template) => change({ template })}
        />
      )}
    </SettingsPanel>
  );
}

type ChatChoiceProps = {
  /** Null while Whop cannot be asked. */
  chats: Chat[] | null;
  value: string | null;
  problem: string | undefined;
  onChange: (experienceId: string) => void;
};

function ChatChoice({ chats, value, problem, onChange }: ChatChoiceProps) {
  const id = useId();
  const known = (chats ?? []).map(({ experienceId, name }) => ({ value: experienceId, label: name }));
  const isGone = value !== null && !known.some((chat) => chat.value === value);
  const items = isGone
    ? [...known, { value, label: chats === null ? "The chosen chat" : "A chat that is gone" }]
    : known;
  return (
    <div className="flex flex-col gap-1.5">
      <span id={`${id}-label`} className="font-medium text-(--gray-12) text-[14px]/5">
        Chat
      </span>
      <Select.Root
        items={items}
        value={value}
        onValueChange={(next: string | null) => next !== null && onChange(next)}
        size="3"
      >
        <Select.Trigger
          aria-labelledby={`${id}-label`}
          aria-describedby={`${id}-problem`}
          placeholder="Choose a chat"
          className="w-full"
        />
        <Select.Content>
          {items.map((chat) => (
            <Select.Item key={chat.value} value={chat.value}>
              {chat.label}
            </Select.Item>
          ))}
        </Select.Content>
      </Select.Root>
      {chats === null && (
        <p className="text-(--gray-11) text-[12px]/4">Whop does not answer right now: the other chats show up later.</p>
      )}
      {chats?.length === 0 && <p className="text-(--gray-11) text-[12px]/4">This community has no chat yet.</p>}
      <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem>
    </div>
  );
}
