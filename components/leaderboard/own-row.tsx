"use client";

import { type Board, nameOf } from "@/components/leaderboard/board";
import { RowLine } from "@/components/leaderboard/row-line";
import type { RowGain } from "@/components/leaderboard/use-gains";
import { ownLine, rowInWords } from "@/components/leaderboard/words";
import { useFormats } from "@/components/ui/locale-context";
import { MemberAvatar } from "@/components/ui/member-avatar";

type OwnRowProps = {
  board: Board;
  gain: RowGain | undefined;
  /** False while the reader's row in the list is to be seen: this one keeps its place and steps aside. */
  isShown: boolean;
  /** Leads to the reader's place on the board; undefined where they have none. */
  onGo: (() => void) | undefined;
};

/** The reader's own place, at the bottom while their row is not on the screen. */
export function OwnRow({ board, gain, isShown, onGo }: OwnRowProps) {
  const formats = useFormats();
  const { me } = board;
  if (me === null) return null;
  const detail = ownLine(board, formats);
  const line = (
    <RowLine
      words={rowInWords(me, true, [detail], formats)}
      rank={me.rank}
      rankChange={me.rank_change}
      avatar={<MemberAvatar name={nameOf(me) ?? "?"} pictureUrl={me.picture_url} size={36} />}
      name="You"
      detail={detail}
      level={null}
      xp={me.xp}
      gain={gain}
      isMe
    />
  );
  return (
    <div className="own-row" data-shown={isShown} inert={!isShown}>
      {onGo ? (
        <button type="button" className="board-row" onClick={onGo} aria-describedby="own-row-hint">
          {line}
          <span id="own-row-hint" hidden>
            Shows your place on the board
          </span>
        </button>
      ) : (
        <div className="board-row">{line}</div>
      )}
    </div>
  );
}
