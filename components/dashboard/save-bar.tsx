"use client";

import { Button } from "frosted-ui";

type SaveBarProps = {
  /** Where it stands, in words; "" for nothing to say. */
  words: string;
  label: string;
  isChanged: boolean;
  isBusy: boolean;
  /** Somebody else was first: what they have made of it is to be loaded. */
  isConflict: boolean;
  canSave: boolean;
  onDiscard: () => void;
  onLoadAgain: () => void;
};

/** Says whether all is saved, and lets the reader save or go back. It stays in sight. */
export function SaveBar(props: SaveBarProps) {
  const { words, label, isChanged, isBusy, isConflict, canSave, onDiscard, onLoadAgain } = props;
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
        <Button type="button" size="3" variant="soft" color="gray" highContrast onClick={onLoadAgain}>
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
          onClick={onDiscard}
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
        {label}
      </Button>
    </div>
  );
}
