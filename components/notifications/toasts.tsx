"use client";

import { Toaster, toast } from "frosted-ui";
import { useEffect, useRef } from "react";
import { LevelUpToast } from "@/components/notifications/level-up-toast";
import { NoticeToast } from "@/components/notifications/notice-toast";
import type { Note } from "@/components/notifications/notification-context";

const NOTICE_MS = 5_000;
const LEVEL_UP_MS = 6_000;

/** Where notes become toasts, in the order in which they came. */
export function Toasts({ notes, onShown }: { notes: readonly Note[]; onShown: (lastId: number) => void }) {
  const lastShown = useRef(0);
  useEffect(() => {
    for (const note of notes) {
      if (note.id <= lastShown.current) continue;
      lastShown.current = note.id;
      show(note);
    }
    if (notes.length > 0) onShown(lastShown.current);
  }, [notes, onShown]);
  return <Toaster position="bottom-center" />;
}

function show(note: Note) {
  if (note.kind === "level") {
    toast.custom((parts) => <LevelUpToast {...parts} {...note.levelUp} />, {
      position: "bottom-center",
      duration: LEVEL_UP_MS,
    });
    return;
  }
  toast.custom((parts) => <NoticeToast {...parts} notice={note.notice} />, {
    position: "bottom-center",
    duration: NOTICE_MS,
  });
}
