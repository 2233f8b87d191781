"use client";

import type { Settings } from "@/components/dashboard/messages/use-settings";
import { SaveBar } from "@/components/dashboard/save-bar";

export function MessagesSaveBar({ settings, canSave }: { settings: Settings; canSave: boolean }) {
  const { saving, changed, discard, loadAgain } = settings;
  return (
    <SaveBar
      words={inWords(settings)}
      label="Save"
      isChanged={changed.size > 0}
      isBusy={saving.kind === "busy"}
      isConflict={saving.kind === "failed" && saving.failure.code === "conflict"}
      canSave={canSave}
      onDiscard={discard}
      onLoadAgain={loadAgain}
    />
  );
}

function inWords({ saving, changed, problems }: Settings): string {
  if (saving.kind === "failed") return `Not saved: ${saving.failure.message}`;
  if (saving.kind === "busy") return "";
  if (Object.keys(problems).length > 0) return "Something is missing above.";
  if (changed.size > 0) return "Not saved yet. It counts from the moment you save.";
  return saving.kind === "saved" ? "Saved." : "";
}
