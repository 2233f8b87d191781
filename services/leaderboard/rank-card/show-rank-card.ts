import type { Card } from "@/services/leaderboard/card";
import { drawImage, imageKey } from "@/services/leaderboard/rank-card/draw-image";
import { fetchPicture, type PictureDeps } from "@/services/leaderboard/rank-card/fetch-picture";
import { noSuchCard } from "@/services/leaderboard/rank-card/link";
import type { Look, RankCard } from "@/services/leaderboard/rank-card/rank-card";

export type RankCardImage = {
  /** Equal for equal images. */
  key: string;
  /** Draws it as PNG. @throws AppError unavailable when too many others are waiting */
  draw(): Promise<Buffer>;
};

/**
 * A member's card as an image, as anybody may see it.
 * @throws AppError not_found when the member has just hidden
 */
export async function showRankCard(
  deps: PictureDeps,
  member: Pick<Card, "name" | "username" | "pictureUrl" | "visibility" | "progress" | "rank" | "members" | "streak">,
  rest: Pick<RankCard, "community" | "nextReward">,
  look: Look,
): Promise<RankCardImage> {
  if (member.visibility !== "public") throw noSuchCard();
  const { progress, rank, members, streak, pictureUrl } = member;
  const card: RankCard = { name: nameOf(member), progress, rank, members, streakDays: streak?.days ?? 0, ...rest };
  const request = { card, picture: await fetchPicture(deps, pictureUrl), look };
  return { key: imageKey(request), draw: () => drawImage(request) };
}

const nameOf = ({ name, username }: Pick<Card, "name" | "username">) => name || username || "A member";
