import { drawBar } from "@/services/leaderboard/rank-card/draw-bar";
import { drawLogo } from "@/services/leaderboard/rank-card/draw-logo";
import { drawPortrait } from "@/services/leaderboard/rank-card/draw-portrait";
import { setWords } from "@/services/leaderboard/rank-card/draw-words";
import type { Palette } from "@/services/leaderboard/rank-card/palette";
import { inDigits, missingWords, type RankCard } from "@/services/leaderboard/rank-card/rank-card";

const [LEFT, RIGHT] = [40, 894];
const TEXT_LEFT = 188;
const LEVEL_BASELINE = 137;
const FOOT_BASELINE = 239;

/** The card as a strip to be read in passing: 934 × 282. */
export async function drawBanner(card: RankCard, picture: Buffer | null, palette: Palette): Promise<string> {
  const level = await drawLevel(card.progress.level, palette);
  const bar = { left: LEFT, right: RIGHT, top: 182, height: 24 };
  return [
    await drawPortrait({ ...card, picture }, { x: 102, y: 98, radius: 62, stroke: 6 }, palette),
    level.drawn,
    await drawName(card, level.left - 32 - TEXT_LEFT, palette),
    drawBar(card.progress, bar, palette),
    await drawFoot(card, palette),
  ].join("");
}

async function drawLevel(level: number, { ink, second }: Palette): Promise<{ left: number; drawn: string }> {
  const number = await setWords([{ text: String(level), size: 113, weight: 600, colour: ink }]);
  const label = await setWords([{ text: "Level", size: 22, weight: 400, colour: second }]);
  const numberLeft = RIGHT + 4 - number.width;
  const left = numberLeft - 14 - label.width;
  return { left, drawn: label.draw(left, LEVEL_BASELINE) + number.draw(numberLeft, LEVEL_BASELINE) };
}

async function drawName(card: RankCard, maxWidth: number, { ink, second }: Palette): Promise<string> {
  const { name, progress, rank, members } = card;
  const title = await setWords([{ text: name, size: 41, weight: 600, colour: ink }], maxWidth);
  const plain = { size: 22, weight: 400, colour: second } as const;
  const standing = rank === null ? "no rank yet" : `rank ${inDigits(rank)} of ${inDigits(members)}`;
  const text = progress.rankName === null ? capitalised(standing) : standing;
  const place = await setWords([{ ...plain, text }]);
  if (progress.rankName === null) return title.draw(TEXT_LEFT, 94) + place.draw(TEXT_LEFT, 131);
  const dot = await setWords([{ ...plain, text: "·" }]);
  const rankName = await setWords([{ ...plain, text: progress.rankName }], maxWidth - place.width - dot.width - 14);
  const dotLeft = TEXT_LEFT + rankName.width + 7;
  return [
    title.draw(TEXT_LEFT, 94),
    rankName.draw(TEXT_LEFT, 131),
    dot.draw(dotLeft, 131),
    place.draw(dotLeft + dot.width + 7, 131),
  ].join("");
}

const capitalised = (text: string) => text.charAt(0).toUpperCase() + text.slice(1);

async function drawFoot(card: RankCard, { ink, second, accent }: Palette): Promise<string> {
  const { strong, rest } = missingWords(card.progress);
  const missing = await setWords([
    { text: strong, size: 19, weight: 600, colour: ink },
    { text: rest, size: 19, weight: 400, colour: second },
  ]);
  const room = RIGHT - LEFT - missing.width - 80;
  const community = await setWords([{ text: card.community, size: 19, weight: 400, colour: second }], room);
  return [
    missing.draw(LEFT, FOOT_BASELINE),
    community.draw(RIGHT - 32 - community.width, FOOT_BASELINE),
    drawLogo({ right: RIGHT, middle: FOOT_BASELINE - 7, height: 19 }, { stroke: second, slash: accent }),
  ].join("");
}
