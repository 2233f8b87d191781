"use client";

import { Dialog, IconButton, Sheet } from "frosted-ui";
import { X } from "lucide-react";
import { type ReactNode, useSyncExternalStore } from "react";

type AdaptiveSheetProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  title: ReactNode;
  children: ReactNode;
};

/** A sheet from below on phones, a dialog on wider screens. */
export function AdaptiveSheet({ isOpen, onOpenChange, title, children }: AdaptiveSheetProps) {
  if (useIsWide()) {
    return (
      <Dialog.Root open={isOpen} onOpenChange={(next) => onOpenChange(next)}>
        <Dialog.Content size="3" style={{ maxWidth: 480 }}>
          <div className="flex items-center justify-between gap-3 pb-4">
            <Dialog.Title
              render={(props) => <h2 {...props} />}
              size="5"
              weight="semi-bold"
              className="m-0 min-w-0 truncate"
            >
              {title}
            </Dialog.Title>
            <Dialog.Close>
              <CloseButton />
            </Dialog.Close>
          </div>
          {children}
        </Dialog.Content>
      </Dialog.Root>
    );
  }
  return (
    <Sheet.Root open={isOpen} onOpenChange={onOpenChange}>
      {/* frosted-ui keeps all keys from what is inside, Escape and the arrows of a radio group too. */}
      <Sheet.Content aria-describedby={undefined} onKeyDownCapture={undefined}>
        <Sheet.Header className="flex items-center justify-between gap-3 pb-4">
          <Sheet.Title render={(props) => <h2 {...props} />} size="5" weight="semi-bold" className="min-w-0 truncate">
            {title}
          </Sheet.Title>
          <Sheet.Close>
            <CloseButton />
          </Sheet.Close>
        </Sheet.Header>
        <Sheet.Body className="overflow-y-auto pt-0">{children}</Sheet.Body>
      </Sheet.Content>
    </Sheet.Root>
  );
}

function CloseButton(props: object) {
  return (
    <IconButton {...props} size="2" variant="ghost" color="gray" highContrast aria-label="Close">
      <X size={16} aria-hidden="true" />
    </IconButton>
  );
}

const WIDE = "(min-width: 768px)";

function useIsWide(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const query = matchMedia(WIDE);
      query.addEventListener("change", onChange);
      return () => query.removeEventListener("change", onChange);
    },
    () => matchMedia(WIDE).matches,
    () => false,
  );
}
