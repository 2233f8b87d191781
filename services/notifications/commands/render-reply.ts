import type { Command } from "@/services/activity/command";
import type { Card } from "@/services/leaderboard/card";
import { readCard } from "@/services/leaderboard/read-card";
import { type LeaderboardDeps, readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { refreshInTime } from "@/services/leaderboard/refresh-in-time";
import type { BoardRow } from "@/services/leaderboard/show-standing";
import {
  boardInWords,
  helpInWords,
  isAnonymous,
  levelInWords,
  PRIVATE,
  rewardsInWords,
} from "@/services/notifications/commands/reply-words";
import { readLadder } from "@/services/rewards/read-ladder";
import { readRates } from "@/services/xp/read-rates";

/** Who asked what. */
export type AskedFor = { userId: string; command: Command };

/** Members of the board that an answer names. */
const TOP = 5;

/**
 * The answer to a command, in Markdown, as it stands now. Everybody in the channel reads it: of a member who is anonymous or
 * hidden it says nothing, to nobody. @throws AppError not_found for an unknown community
 */
export async function renderReply(
  deps: LeaderboardDeps,
  communityId: string,
  { userId, command }: AskedFor,
): Promise<string> {
  if (command === "help") return helpInWords(await readRates(deps, communityId));
  const card = await cardOf(deps, communityId, userId);
  const isPublic = card.visibility === "public";
  if (command === "leaderboard") return boardInWords(await topOf(deps, communityId), isPublic ? card : null);
  if (!isPublic) return PRIVATE;
  const ladder = await readLadder(deps, communityId, userId);
  return command === "mylevel" ? levelInWords(card, ladder) : rewardsInWords(card, ladder);
}

async function cardOf(deps: LeaderboardDeps, communityId: string, userId: string): Promise<Card> {
  const card = await readCard(deps, communityId, userId);
  if (isNamed(card)) return card;
  await refreshInTime(deps, communityId, [userId]);
  return readCard(deps, communityId, userId);
}

/** Nobody is the viewer: who looks is everybody. */
async function topOf(deps: LeaderboardDeps, communityId: string): Promise<BoardRow[]> {
  const read = () => readLeaderboard(deps, communityId, { filter: "all-time", limit: TOP });
  const { leaderboard } = await read();
  const nameless = leaderboard.filter((row) => !isNamed(row) && !isAnonymous(row)).map(({ user_id }) => user_id);
  if (nameless.length === 0) return leaderboard;
  await refreshInTime(deps, communityId, nameless);
  return (await read()).leaderboard;
}

const isNamed = ({ name, username }: Pick<Card, "name" | "username">) => name !== null || username !== null;
