"use client";

import { type CustomToastRenderProps, IconButton } from "frosted-ui";
import { X } from "lucide-react";
import type { ReactNode } from "react";

export type ToastParts = Pick<CustomToastRenderProps, "close" | "Toast">;

type ToastFrameProps = ToastParts & { mark?: ReactNode; title: string; description?: string; action?: ReactNode };

/** What every toast of ours has: words, and a cross that neither finger nor keyboard has to search for. */
export function ToastFrame({ Toast, close, mark, title, description, action }: ToastFrameProps) {
  return (
    <Toast.Root showDismissButton={false}>
      <Toast.Content>
        <div className="flex items-center gap-3">
          {mark}
          <div className="min-w-0 flex-1">
            <Toast.Title className="font-semibold">{title}</Toast.Title>
            {description && <Toast.Description>{description}</Toast.Description>}
          </div>
          {action}
          <IconButton size="2" variant="ghost" color="gray" highContrast aria-label="Close" onClick={close}>
            <X size={16} aria-hidden="true" />
          </IconButton>
        </div>
      </Toast.Content>
    </Toast.Root>
  );
}
