import type { Card } from "@/services/leaderboard/card";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import { escapeText } from "@/services/notifications/render-template";
import { benefitInWords } from "@/services/notifications/reward-in-words";
import { type Ladder, nextRung, type Rung } from "@/services/rewards/ladder";
import type { Rate, Rates } from "@/services/xp/rate";

/** To who is anonymous or hidden, for everybody in the channel reads it. */
export const PRIVATE = "Your level is private. Open WEE5 to see it.";

/** Rewards that a reply lists: of those that the member has, and of those still to come. */
const HAD = 5;
const TO_COME = 3;

const english = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const number = (value: number) => english.format(value);
/** Markdown's own line break, which is not seen where Markdown is not read. */
const lines = (parts: readonly (string | null)[]) => parts.filter((part) => part !== null).join("  \n");

/** Where a member stands: level, XP, rank, this week, and what comes next. */
export function levelInWords(card: Card, ladder: Ladder): string {
  const { progress, rank, members, weekXp, streak } = card;
  const next = nextRung(ladder, progress.xp);
  const rankName = progress.rankName === null ? "" : `, ${escapeText(progress.rankName)}`;
  const place = rank === null ? noRank(card) : `Rank ${number(rank)} of ${number(members)}`;
  return lines([
    `**${nameOf(card)}** · level ${number(progress.level)}${rankName}`,
    `${number(progress.xp)} XP, ${toNextLevel(card)}`,
    `${place}, ${number(weekXp)} XP this week`,
    streak && streak.days >= 2 ? `${number(streak.days)} days in a row` : null,
    next ? `Next reward: ${rewardName(next)} at level ${number(next.level)}` : null,
  ]);
}

/** With XP only who has left stands on no board, for who is hidden is not told here. */
const noRank = ({ progress: { xp } }: Card) => (xp > 0 ? "Not on the board" : "No rank yet");

function toNextLevel({ progress: { xp, level, nextLevelAt } }: Card): string {
  return nextLevelAt === null ? "the last level" : `${number(nextLevelAt - xp)} XP to level ${number(level + 1)}`;
}

/** @param card of who asks; null where they are not to be seen. */
export function boardInWords(rows: readonly BoardRow[], card: Card | null): string {
  if (rows.length === 0) return "Nobody is on the board yet. Write in any channel and you will be the first.";
  const top = rows.map(
    (row) => `${number(row.rank)} · **${nameOf(row)}** · level ${number(row.level)} · ${number(row.xp)} XP`,
  );
  const isAmong = card !== null && rows.some(({ user_id }) => user_id === card.userId);
  return lines([...top, isAmong ? null : ownPlace(card)]);
}

function ownPlace(card: Card | null): string {
  if (card === null) return PRIVATE;
  const { rank, members, progress } = card;
  if (rank === null && progress.xp > 0) return "You are not on the board.";
  if (rank === null) return "You have no rank yet. Write in any channel to get one.";
  return `You: ${number(rank)} of ${number(members)} · level ${number(progress.level)} · ${number(progress.xp)} XP`;
}

/** What a member has of rewards, the newest few, and what comes next. A code is a secret, and so is what a creator writes to one. */
export function rewardsInWords(card: Card, ladder: Ladder): string {
  const { xp } = card.progress;
  const isToCome = ({ state, startsAt }: Rung) => state === "locked" && startsAt !== null && startsAt > xp;
  const had = ladder.rungs.filter(({ state }) => state !== "locked" && state !== "cancelled").slice(-HAD);
  const streaks = ladder.streaks.filter(({ state }) => state !== "locked" && state !== "cancelled").slice(-HAD);
  const granted = ladder.granted.slice(0, HAD);
  const toCome = ladder.rungs.filter(isToCome).slice(0, TO_COME);
  if (had.length + streaks.length + granted.length + toCome.length === 0) return "Levels pay no rewards here yet.";
  return lines([
    `**${nameOf(card)}** · rewards`,
    ...had.map((rung) => `Level ${number(rung.level)}: ${rewardName(rung)} · ${standing(rung, ladder)}`),
    ...streaks.map((rung) => `${number(rung.days)} days in a row: ${rewardName(rung)} · ${standing(rung, ladder)}`),
    ...granted.map((reward) => `From the creator: ${rewardName(reward)} · ${standing(reward, ladder)}`),
    ...toCome.map(
      (rung, at) => `Level ${number(rung.level)}: ${rewardName(rung)} · ${at > 0 ? "to come" : toGo(rung, xp)}`,
    ),
    ladder.isConfirmed ? null : "Nothing is sent before the creator has confirmed the rewards.",
  ]);
}

const toGo = ({ startsAt }: Rung, xp: number) => `${number((startsAt ?? xp) - xp)} XP to go`;

/** Why something waits is between the member and us. */
function standing({ state, type }: Pick<Rung, "state" | "type">, { isConfirmed }: Ladder): string {
  if (state === "delivered") return type === "promo_code" ? "delivered, the code is in WEE5" : "delivered";
  if (state === "needs_attention") return "being checked";
  if (state === "waiting" || (state === "due" && !isConfirmed)) return "waiting";
  return "on its way";
}

function rewardName({ type, value }: Pick<Rung, "type" | "value">): string {
  if (type === "badge" && value.name !== undefined) return escapeText(value.name);
  return benefitInWords({ type, value }) ?? NAMELESS[type];
}

const NAMELESS: Record<Rung["type"], string> = {
  free_days: "Free days",
  promo_code: "A promo code",
  badge: "A badge",
  custom: "A reward",
};

const COMMAND_LINES = [
  "**/mylevel** · your level, XP and rank (also /rank, /level)",
  "**/leaderboard** · the first five and your place (also /top)",
  "**/rewards** · what levels bring, and what you have",
  "**/help** · these lines",
];

/** The commands, and what earns XP now. */
export function helpInWords({ rates, dailyXpCap, paused }: Omit<Rates, "multipliers">): string {
  const paying = rates.filter(({ maxXp }) => maxXp > 0);
  if (paused) return lines([...COMMAND_LINES, "XP is paused here. Your level and rewards are kept."]);
  if (paying.length === 0) return lines([...COMMAND_LINES, "Nothing earns XP here yet."]);
  const cap = dailyXpCap === null ? "" : `, all together at most ${number(dailyXpCap)} XP a day`;
  return lines([...COMMAND_LINES, `What earns XP: ${paying.map(rateInWords).join(", ")}${cap}`]);
}

function rateInWords({ action, minXp, maxXp }: Rate): string {
  const amount = minXp === maxXp ? number(maxXp) : `${number(minXp)}–${number(maxXp)}`;
  return `${escapeText(action.replaceAll("_", " "))} ${amount} XP`;
}

/** Who is anonymous has an id on the board that is not Whop's. */
export const isAnonymous = ({ user_id }: Pick<BoardRow, "user_id">) => user_id.startsWith("anon_");

/** As on the board. */
function nameOf(member: Pick<Card, "name" | "username"> | BoardRow): string {
  if ("user_id" in member && isAnonymous(member)) return "Hidden member";
  return escapeText(member.name ?? "") || escapeText(member.username ?? "") || "Member";
}
