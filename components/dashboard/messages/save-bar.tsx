"use client";

import { Button } from "frosted-ui";
import type { Settings } from "@/components/dashboard/messages/use-settings";

/** Says whether all is saved, and lets the reader save or go back. It stays in sight. */
export function SaveBar({ settings, canSave }: { settings: Settings; canSave: boolean }) {
  const { saving, changed, discard, loadAgain } = settings;
  const isChanged = changed.size > 0;
  const isBusy = saving.kind === "busy";
  const words = inWords(settings);
  const isConflict = saving.kind === "failed" && saving.failure.code === "conflict";
  return (
    <div className="sticky bottom-0 z-10 mt-4 flex flex-wrap items-center justify-end gap-3 border-(--gray-a4) border-t bg-(--color-page-background) py-3">
      <p
        role="status"
        className={
          words === "" ? "sr-only" : "wrap-anywhere min-w-0 text-(--gray-11) text-[14px]/5 max-md:w-full md:flex-1"
        }
      >
        {words}
      </p>
      {isConflict ? (
        <Button type="button" size="3" variant="soft" color="gray" highContrast onClick={loadAgain}>
          Load again
        </Button>
      ) : (
        <Button
          type="button"
          size="3"
          variant="soft"
          color="gray"
          highContrast
          disabled={!isChanged || isBusy}
          focusableWhenDisabled
          onClick={discard}
        >
          Discard
        </Button>
      )}
      <Button
        type="submit"
        size="3"
        variant="solid"
        color="gray"
        highContrast
        loading={isBusy}
        disabled={!canSave}
        focusableWhenDisabled
      >
        Save
      </Button>
    </div>
  );
}

function inWords({ saving, changed, problems }: Settings): string {
  if (saving.kind === "failed") return `Not saved: ${saving.failure.message}`;
  if (saving.kind === "busy") return "";
  if (Object.keys(problems).length > 0) return "Something is missing above.";
  if (changed.size > 0) return "Not saved yet. It counts from the moment you save.";
  return saving.kind === "saved" ? "Saved." : "";
}
