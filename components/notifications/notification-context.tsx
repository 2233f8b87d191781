"use client";

import {
  type ComponentType,
  createContext,
  lazy,
  type ReactNode,
  Suspense,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { whenIdle } from "@/components/ui/when-idle";
import type { Ladder } from "@/services/rewards/ladder";
import type { Progress } from "@/services/xp/progress";

/** A few words about what just happened, with something to do about it at most. */
export type Notice = {
  title: string;
  description?: string;
  tone?: "neutral" | "problem";
  action?: { label: string; onClick: () => void };
};

export type LevelUp = { progress: Progress; ladder: Ladder };

type News = { kind: "notice"; notice: Notice } | { kind: "level"; levelUp: LevelUp };

/** What waits to be shown; the ids grow. */
export type Note = { id: number } & News;

type Notifications = {
  notify: (notice: Notice) => void;
  /** Says that a level has been reached; once for each level. */
  levelUp: (levelUp: LevelUp) => void;
};

const NotificationContext = createContext<Notifications | null>(null);

type ToastsComponent = ComponentType<{ notes: readonly Note[]; onShown: (lastId: number) => void }>;

/** Toasts are rare: their code is fetched when the page has come to rest. Where it does not come, the page goes on without. */
function loadToasts(): Promise<{ default: ToastsComponent }> {
  return import("@/components/notifications/toasts").then(
    ({ Toasts }) => ({ default: Toasts }),
    () => ({ default: () => null }),
  );
}

const Toasts = lazy(loadToasts);

export function NotificationProvider({ children }: { children: ReactNode }) {
  const [{ notes, lastId }, setQueue] = useState<{ notes: Note[]; lastId: number }>({ notes: [], lastId: 0 });
  const toldLevels = useRef(new Set<number>());

  useEffect(() => whenIdle(loadToasts), []);

  const add = useCallback((news: News) => {
    setQueue((queue) => {
      const id = queue.lastId + 1;
      return { notes: [...queue.notes, { id, ...news }], lastId: id };
    });
  }, []);

  const onShown = useCallback((shownId: number) => {
    setQueue((queue) => ({ ...queue, notes: queue.notes.filter(({ id }) => id > shownId) }));
  }, []);

  const notifications = useMemo<Notifications>(
    () => ({
      notify: (notice) => add({ kind: "notice", notice }),
      levelUp: (levelUp) => {
        if (toldLevels.current.has(levelUp.progress.level)) return;
        toldLevels.current.add(levelUp.progress.level);
        add({ kind: "level", levelUp });
      },
    }),
    [add],
  );

  return (
    <NotificationContext value={notifications}>
      {children}
      {lastId > 0 && (
        <Suspense>
          <Toasts notes={notes} onShown={onShown} />
        </Suspense>
      )}
    </NotificationContext>
  );
}

export function useNotifications(): Notifications {
  const notifications = useContext(NotificationContext);
  if (!notifications) throw new Error("useNotifications is used outside of NotificationProvider.");
  return notifications;
}
