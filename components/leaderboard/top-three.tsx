"use client";

import { isAnonymous, nameOf } from "@/components/leaderboard/board";
import type { BoardListProps } from "@/components/leaderboard/board-list";
import type { RowGain } from "@/components/leaderboard/use-gains";
import { lagInWords, leadInWords, nameOnBoard, rowInWords } from "@/components/leaderboard/words";
import { FiveRing } from "@/components/ui/five-ring";
import { useFormats } from "@/components/ui/locale-context";
import { MemberAvatar } from "@/components/ui/member-avatar";
import { RisingNumber } from "@/components/ui/rising-number";
import type { BoardRow } from "@/services/leaderboard/show-standing";

type TopThreeProps = Pick<BoardListProps, "meId" | "gains" | "onOpen" | "ownRef"> & { rows: readonly BoardRow[] };

/** The first three in reading order, with the distances between them. */
export function TopThree({ rows, meId, gains, onOpen, ownRef }: TopThreeProps) {
  const { number } = useFormats();
  return (
    <ol className="top-three">
      {rows.map((row, at) => {
        const isMe = row.user_id === meId;
        const before = rows[at - 1];
        const behind = rows[1];
        const distance = before
          ? lagInWords(before.xp - row.xp, { number })
          : behind && leadInWords(row.xp - behind.xp, { number });
        const place = (
          <Place row={row} isMe={isMe} isFirst={at === 0} gain={gains.get(row.user_id)} distance={distance} />
        );
        return (
          <li
            key={row.user_id}
            ref={isMe ? ownRef : undefined}
            data-row={row.user_id}
            aria-current={isMe || undefined}
            className="top-place"
          >
            {isAnonymous(row) ? (
              <div className="top-box">{place}</div>
            ) : (
              <button type="button" className="top-box board-row-open" onClick={() => onOpen(row)}>
                {place}
              </button>
            )}
          </li>
        );
      })}
    </ol>
  );
}

type PlaceProps = {
  row: BoardRow;
  isMe: boolean;
  isFirst: boolean;
  gain: RowGain | undefined;
  distance: string | undefined;
};

function Place({ row, isMe, isFirst, gain, distance }: PlaceProps) {
  const formats = useFormats();
  const { number, signed } = formats;
  const avatarName = isAnonymous(row) && !isMe ? null : (nameOf(row) ?? "?");
  return (
    <>
      <span className="sr-only">{rowInWords(row, isMe, [`level ${number(row.level)}`, distance], formats)}</span>
      <span aria-hidden="true" className="block">
        {gain && <span key={gain.at} className="stroke-drawn -left-2 absolute inset-y-0" />}
        <span className="flex h-[60px] items-end gap-2 md:gap-4">
          <FiveRing level={row.level} share={0} tone={isMe ? "me" : "top"} size={isFirst ? 60 : 50}>
            <MemberAvatar name={avatarName} pictureUrl={row.picture_url} size={isFirst ? 46 : 38} />
          </FiveRing>
          <span className={isFirst ? "top-rank-first" : "top-rank"}>{number(row.rank)}</span>
        </span>
        <bdi
          className={`mt-2 block truncate font-medium ${isAnonymous(row) ? "text-(--gray-11)" : "text-(--gray-12)"}`}
        >
          {isMe ? "You" : nameOnBoard(row)}
        </bdi>
        <span className="block truncate text-(--gray-12)">
          <RisingNumber value={row.xp} /> XP
        </span>
        <span className="block h-4 truncate text-(--gray-11) text-[12px]/4">
          {gain ? <span className="font-medium text-(--accent-11)">{signed(gain.xp)}</span> : distance}
        </span>
      </span>
    </>
  );
}
