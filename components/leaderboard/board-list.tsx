"use client";

import { isAnonymous, nameOf } from "@/components/leaderboard/board";
import { RowLine } from "@/components/leaderboard/row-line";
import type { RowGain } from "@/components/leaderboard/use-gains";
import { nameOnBoard, rowInWords, shortStreak, streakInWords } from "@/components/leaderboard/words";
import { useFormats } from "@/components/ui/locale-context";
import { MemberAvatar } from "@/components/ui/member-avatar";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import { type RankName, rankNameAt } from "@/services/xp/progress";

export type BoardListProps = {
  rows: readonly BoardRow[];
  /** Of the first row among all that are shown. */
  start: number;
  meId: string;
  rankNames: readonly RankName[];
  gains: ReadonlyMap<string, RowGain>;
  onOpen: (row: BoardRow) => void;
  ownRef: (element: HTMLElement | null) => void;
};

/** Places in a row, best first. Who shows a profile can be opened. */
export function BoardList({ rows, start, meId, gains, ownRef, ...shared }: BoardListProps) {
  return (
    <ol start={start} className="board-list">
      {rows.map((row) => (
        <Row
          key={row.user_id}
          row={row}
          isMe={row.user_id === meId}
          gain={gains.get(row.user_id)}
          elementRef={row.user_id === meId ? ownRef : undefined}
          {...shared}
        />
      ))}
    </ol>
  );
}

type RowProps = Pick<BoardListProps, "rankNames" | "onOpen"> & {
  row: BoardRow;
  isMe: boolean;
  gain: RowGain | undefined;
  elementRef: ((element: HTMLElement | null) => void) | undefined;
};

function Row({ row, isMe, gain, rankNames, onOpen, elementRef }: RowProps) {
  const formats = useFormats();
  const rankName = rankNameAt(rankNames, row.level);
  const streak = streakInWords(row.streak_days, formats);
  const line = (
    <RowLine
      words={rowInWords(row, isMe, [`level ${formats.number(row.level)}`, rankName, streak], formats)}
      rank={row.rank}
      rankChange={row.rank_change}
      avatar={
        <MemberAvatar
          name={isAnonymous(row) && !isMe ? null : (nameOf(row) ?? "?")}
          pictureUrl={row.picture_url}
          size={36}
        />
      }
      name={isMe ? "You" : nameOnBoard(row)}
      isMuted={isAnonymous(row)}
      detail={shortStreak(row.streak_days, formats) ?? rankName}
      wideDetail={[rankName, streak].filter(Boolean).join(" · ")}
      level={row.level}
      xp={row.xp}
      gain={gain}
      isMe={isMe}
    />
  );
  return (
    <li ref={elementRef} data-row={row.user_id} aria-current={isMe || undefined} className="board-item">
      {isAnonymous(row) ? (
        <div className="board-row">{line}</div>
      ) : (
        <button type="button" className="board-row board-row-open" onClick={() => onOpen(row)}>
          {line}
        </button>
      )}
    </li>
  );
}
