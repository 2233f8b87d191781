import type { Viewer } from "@/components/leaderboard/board";
import type { BoardChange, OwnNews } from "@/services/leaderboard/news";

export type ChangeLog = {
  /** Those that are newer than what has been heard of the same member, or the same again. */
  take(changes: readonly BoardChange[]): BoardChange[];
  /** Whether the reader's own news are newer than what has been heard of them, or the same again. */
  takeOwn(news: OwnNews): boolean;
  /**
   * Who asks the database gets an answer that may be older than what was heard meanwhile: this is what to add.
   * @param atMs by the clock of the log.
   */
  since(atMs: number): { changes: BoardChange[]; own: OwnNews | null };
  now(): number;
};

/** The latest that was heard of each member. */
export function createChangeLog(viewer: Viewer, now: () => number = () => performance.now()): ChangeLog {
  const latest = new Map<string, { change: BoardChange; at: number }>();
  const versions = new Map<string, number>();
  let own: { news: OwnNews; at: number } | null = null;

  return {
    take(changes) {
      const newer = changes.filter(({ memberId, version }) => version >= (versions.get(memberId) ?? 0));
      for (const change of newer) {
        versions.set(change.memberId, change.version);
        latest.set(change.memberId, { change, at: now() });
      }
      return newer;
    },
    takeOwn(news) {
      if (news.version < (own?.news.version ?? 0)) return false;
      own = { news, at: now() };
      // The board's message about the same comes later, and may have been read earlier.
      for (const id of [viewer.userId, viewer.opaqueId]) {
        versions.set(id, Math.max(news.version, versions.get(id) ?? 0));
      }
      return true;
    },
    since(atMs) {
      const changes = [...latest.values()].filter(({ at }) => at >= atMs).map(({ change }) => change);
      return { changes, own: own && own.at >= atMs ? own.news : null };
    },
    now,
  };
}
