"use client";

import { Button } from "frosted-ui";
import { type CSSProperties, useEffect, useRef, useState } from "react";
import type { Board, Viewer } from "@/components/leaderboard/board";
import { BoardList, type BoardListProps } from "@/components/leaderboard/board-list";
import { OwnRow } from "@/components/leaderboard/own-row";
import { TopThree } from "@/components/leaderboard/top-three";
import type { useBoard } from "@/components/leaderboard/use-board";
import { useCalmRows } from "@/components/leaderboard/use-calm-rows";
import { useGains } from "@/components/leaderboard/use-gains";
import { useHold } from "@/components/leaderboard/use-hold";
import { useIsOnScreen } from "@/components/leaderboard/use-is-on-screen";
import { useRowMoves } from "@/components/leaderboard/use-row-moves";
import { useFormats } from "@/components/ui/locale-context";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import type { RankName } from "@/services/xp/progress";

type BoardRowsProps = {
  loaded: ReturnType<typeof useBoard>;
  board: Board;
  viewer: Viewer;
  rankNames: readonly RankName[];
  onOpen: (row: BoardRow) => void;
};

const TOP = 3;
/** The rows above that one click shows. */
const ABOVE = 15;

/** The places that are loaded: from the first one, or those around the reader. */
export function BoardRows({ loaded, board, viewer, rankNames, onOpen }: BoardRowsProps) {
  const [isAround, setIsAround] = useState(false);
  const [isGoing, setIsGoing] = useState(false);
  const [ownElement, setOwnElement] = useState<HTMLElement | null>(null);
  const { isHeld, handlers } = useHold();
  const gains = useGains(rowsOf(board));
  const isOwnSeen = useIsOnScreen(ownElement);
  const stretch = isAround ? board.around : null;
  const rows = stretch?.rows ?? board.rows;
  const isOwnListed = rows.some(({ user_id }) => user_id === viewer.userId);

  useEffect(() => {
    if (!isGoing || !ownElement) return;
    setIsGoing(false);
    ownElement.scrollIntoView({ block: "center" });
    // The row at the bottom, which had the focus, steps aside.
    ownElement.querySelector("button")?.focus({ preventScroll: true });
  }, [isGoing, ownElement]);

  function goToOwnPlace() {
    setIsGoing(true);
    if (!isOwnListed) setIsAround(true);
  }

  return (
    <div className="board" style={rankWidth(rows, board)} {...handlers}>
      {stretch && <Above loaded={loaded} board={board} onWhole={() => setIsAround(false)} />}
      <Places
        key={stretch ? "around" : "top"}
        rows={rows}
        before={stretch?.before ?? null}
        isHeld={isHeld}
        meId={viewer.userId}
        rankNames={rankNames}
        gains={gains}
        onOpen={onOpen}
        ownRef={setOwnElement}
      />
      <Below loaded={loaded} board={board} isAround={stretch !== null} />
      <OwnRow
        board={board}
        gain={gains.get(viewer.userId)}
        isShown={!isOwnListed || isOwnSeen === false}
        onGo={board.me?.rank && (isOwnListed || board.around) ? goToOwnPlace : undefined}
      />
    </div>
  );
}

type PlacesProps = Omit<BoardListProps, "start"> & {
  /** Members before the first row; null where that is the board's first. */
  before: number | null;
  isHeld: boolean;
};

function Places({ rows, before, isHeld, ...list }: PlacesProps) {
  const root = useRef<HTMLDivElement>(null);
  const calm = useCalmRows(rows, isHeld);
  useRowMoves(root, calm.map(({ user_id }) => user_id).join(" "));
  const top = before === null ? calm.slice(0, TOP) : [];
  const rest = calm.slice(top.length);
  return (
    <div ref={root} className="relative">
      {top.length > 0 && <TopThree rows={top} {...list} />}
      {rest.length > 0 && (
        <>
          <ColumnNames />
          <BoardList rows={rest} start={(before ?? top.length) + 1} {...list} />
        </>
      )}
    </div>
  );
}

/** All that are known, each once: the first ones, those around the reader, and the reader. */
function rowsOf(board: Board): BoardRow[] {
  const { rows, around, me } = board;
  const own = me ? [{ ...me, rank: me.rank ?? 0 }] : [];
  return [...new Map([...own, ...(around?.rows ?? []), ...rows].map((row) => [row.user_id, row])).values()];
}

/** One width for all ranks on the board, so that names stand in one column. */
function rankWidth(rows: readonly BoardRow[], { me }: Board): CSSProperties {
  const highest = Math.max(me?.rank ?? 0, ...rows.map(({ rank }) => rank));
  return { "--rank-digits": Math.max(2, String(highest).length) } as CSSProperties; // a property of our own
}

/** What the columns of wide screens mean; each row says it in words. */
function ColumnNames() {
  return (
    <div aria-hidden="true" className="board-columns">
      <span className="flex-1">Member</span>
      <span className="w-20 text-left">Level</span>
      <span className="w-36 text-right">XP</span>
    </div>
  );
}

type MoreProps = Pick<BoardRowsProps, "loaded" | "board">;

function Above({ loaded, board, onWhole }: MoreProps & { onWhole: () => void }) {
  const { number } = useFormats();
  const before = board.around?.before ?? 0;
  const first = board.around?.rows[0];
  // Once the rows from the first place reach as far as those around the reader, they are one list.
  const isJoined = first === undefined || before <= board.rows.length;
  const isWithinReach = before <= ABOVE || !loaded.canShowMoreAround;

  function show() {
    if (isJoined || isWithinReach) {
      if (!isOwnAmong(board)) loaded.showFromTheTop();
      onWhole();
    } else loaded.showMoreAround();
  }
  return (
    <div className="board-more">
      <Button size="3" variant="soft" color="gray" highContrast loading={loaded.isLoadingMore} onClick={show}>
        {before === 0 || isWithinReach ? "Show from the top" : `Show ${number(Math.min(ABOVE, before))} above`}
      </Button>
    </div>
  );
}

function isOwnAmong({ rows, me }: Board): boolean {
  return rows.some(({ user_id }) => user_id === me?.user_id);
}

function Below({ loaded, board, isAround }: MoreProps & { isAround: boolean }) {
  const hasMore = isAround ? (board.around?.downTo ?? 0) > 0 && loaded.canShowMoreAround : board.nextCursor !== null;
  return (
    <>
      {hasMore && (
        <div className="board-more">
          <Button
            size="3"
            variant="soft"
            color="gray"
            highContrast
            loading={loaded.isLoadingMore}
            onClick={isAround ? loaded.showMoreAround : loaded.showMore}
          >
            Show more
          </Button>
        </div>
      )}
      <p role="status" className="px-4 text-(--gray-11) text-[12px]/4 md:px-5">
        {loaded.hasFailedToLoadMore && "More members did not load. Try again in a moment."}
      </p>
    </>
  );
}
