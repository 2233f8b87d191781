"use client";

import { useState } from "react";
import { changedParts, problemsOf, type SettingsDraft } from "@/components/dashboard/messages/settings-draft";
import { ApiFailure, callApi } from "@/components/http/call-api";
import type { NotificationSettings, NotificationSettingsAnswer } from "@/services/notifications/notifications.schema";

type Saving = { kind: "idle" | "busy" | "saved" } | { kind: "failed"; failure: ApiFailure };

/** What is chosen, what of it is saved, and how it gets there. */
export function useSettings(companyId: string, first: NotificationSettings) {
  const [saved, setSaved] = useState(first);
  const [draft, setDraft] = useState<SettingsDraft>(() => withoutVersion(first));
  // A number that is being written may be none for a moment.
  const [cooldownSeconds, setCooldown] = useState<number | null>(first.commands.cooldownSeconds);
  const [saving, setSaving] = useState<Saving>({ kind: "idle" });
  const changed = changedParts(draft, withoutVersion(saved));
  if (cooldownSeconds === null) changed.add("commands");

  function begin(settings: NotificationSettings) {
    setSaved(settings);
    setDraft(withoutVersion(settings));
    setCooldown(settings.commands.cooldownSeconds);
  }

  function change(part: Partial<SettingsDraft>) {
    setSaving({ kind: "idle" });
    setDraft((before) => ({ ...before, ...part }));
  }

  async function attempt(work: () => Promise<NotificationSettings>, after: Saving) {
    setSaving({ kind: "busy" });
    try {
      begin(await work());
      setSaving(after);
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setSaving({ kind: "failed", failure: error });
    }
  }

  return {
    draft,
    cooldownSeconds,
    changed,
    problems: problemsOf(draft, cooldownSeconds),
    saving,
    change,
    changeCooldown(seconds: number | null) {
      setCooldown(seconds);
      change(seconds === null ? {} : { commands: { ...draft.commands, cooldownSeconds: seconds } });
    },
    discard() {
      begin(saved);
      setSaving({ kind: "idle" });
    },
    save: () =>
      attempt(
        () =>
          callApi<NotificationSettings>("/api/notification-settings", {
            method: "PUT",
            json: { experienceId: companyId, ...draft, version: saved.version },
          }),
        { kind: "saved" },
      ),
    /** As they are now, in place of what was chosen here. */
    loadAgain: () =>
      attempt(
        async () => {
          const asked = new URLSearchParams({ experienceId: companyId });
          const answer = await callApi<NotificationSettingsAnswer>(`/api/notification-settings?${asked}`);
          const { chats: _chats, recentProblems: _problems, ...settings } = answer;
          return settings;
        },
        { kind: "idle" },
      ),
  };
}

export type Settings = ReturnType<typeof useSettings>;

function withoutVersion({ version: _version, ...settings }: NotificationSettings): SettingsDraft {
  return settings;
}
