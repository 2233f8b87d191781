"use client";

import { useQueryClient } from "@tanstack/react-query";
import { Button } from "frosted-ui";
import { SlidersHorizontal } from "lucide-react";
import { lazy, Suspense, useState } from "react";
import { callApi } from "@/components/http/call-api";
import type { Me } from "@/components/member-page/member-page-data";
import { deleteMyData, downloadMyData } from "@/components/member-page/my-data";
import { meKey } from "@/components/member-page/use-me";
import { useRefresh } from "@/components/member-page/use-news";
import { useNotifications } from "@/components/notifications/notification-context";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";

const SettingsSheet = lazy(() =>
  import("@/components/member-page/settings-sheet").then(({ SettingsSheet }) => ({ default: SettingsSheet })),
);

/** Leads to what others see of the reader, what the reader is told, and what is stored about them. */
export function PrivacyDoor({ experienceId, visibility }: { experienceId: string; visibility: Visibility }) {
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const client = useQueryClient();
  const refresh = useRefresh(experienceId);
  const { notify } = useNotifications();

  function show(next: Visibility) {
    client.setQueryData<Me>(meKey(experienceId), (me) => me && { ...me, card: { ...me.card, visibility: next } });
  }

  async function change(next: Visibility) {
    show(next);
    try {
      await callApi("/api/visibility", { method: "PUT", json: { experienceId, visibility: next } });
    } catch (failure) {
      show(visibility);
      throw failure;
    }
    await refresh();
  }

  async function deleteAll() {
    await deleteMyData(experienceId);
    setIsOpen(false);
    notify({ title: "Your data is deleted", description: "You begin again at level 1." });
    await refresh();
  }

  return (
    <>
      <Button
        size="3"
        variant="soft"
        color="gray"
        highContrast
        aria-haspopup="dialog"
        className="w-full"
        onClick={() => {
          setIsOpen(true);
          setWasOpen(true);
        }}
      >
        <SlidersHorizontal size={16} strokeWidth={1.75} aria-hidden="true" />
        Your settings and data
      </Button>
      {wasOpen && (
        <Suspense>
          <SettingsSheet
            experienceId={experienceId}
            isOpen={isOpen}
            onOpenChange={setIsOpen}
            visibility={visibility}
            onChange={change}
            onDownload={() => downloadMyData(experienceId)}
            onDelete={deleteAll}
          />
        </Suspense>
      )}
    </>
  );
}
