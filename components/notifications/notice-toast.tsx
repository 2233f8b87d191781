"use client";

import { Button } from "frosted-ui";
import { TriangleAlert } from "lucide-react";
import type { Notice } from "@/components/notifications/notification-context";
import { ToastFrame, type ToastParts } from "@/components/notifications/toast-frame";

/** A few words, and at most one thing to do. */
export function NoticeToast({ notice, ...parts }: ToastParts & { notice: Notice }) {
  const { title, description, tone, action } = notice;
  const run = () => {
    action?.onClick();
    parts.close();
  };
  return (
    <ToastFrame
      {...parts}
      mark={
        tone === "problem" && (
          <TriangleAlert size={20} strokeWidth={1.75} aria-hidden="true" className="shrink-0 text-(--gray-12)" />
        )
      }
      title={title}
      description={description}
      action={
        action && (
          <Button size="2" variant="soft" color="gray" highContrast onClick={run}>
            {action.label}
          </Button>
        )
      }
    />
  );
}
