import { drawBar } from "@/services/leaderboard/rank-card/draw-bar";
import { drawPortrait } from "@/services/leaderboard/rank-card/draw-portrait";
import { drawTally } from "@/services/leaderboard/rank-card/draw-tally";
import { type DrawnWords, setWords, type Words } from "@/services/leaderboard/rank-card/draw-words";
import type { Palette } from "@/services/leaderboard/rank-card/palette";
import { inDigits, missingWords, type RankCard } from "@/services/leaderboard/rank-card/rank-card";

const [LEFT, RIGHT] = [64, 1136];
const TEXT_LEFT = 240;
const TALLY = { right: RIGHT, middle: 138, height: 54 };
const NAME_WIDTH = 780;
const LEVEL_SIZE = 227;
const BASELINE = 433;
const STAT_GAP = 64;
const FOOT_BASELINE = 608 - 52;

/** The card as a preview of a link: 1200 × 630. */
export async function drawWide(card: RankCard, picture: Buffer | null, palette: Palette): Promise<string> {
  const stats = await drawStats(card, palette);
  const bar = { left: LEFT, right: RIGHT, top: 471, height: 36 };
  return [
    await drawPortrait({ ...card, picture }, { x: 138, y: 138, radius: 74, stroke: 7 }, palette),
    await drawName(card, palette),
    drawTally(TALLY, { stroke: palette.ink, slash: palette.accent }),
    await drawLevel(card.progress.level, stats.left - STAT_GAP, palette),
    stats.drawn,
    drawBar(card.progress, bar, palette),
    await drawFoot(card, palette),
  ].join("");
}

async function drawName({ name, community, progress }: RankCard, { ink, second }: Palette): Promise<string> {
  const title = await setWords([{ text: name, size: 60, weight: 600, colour: ink }], NAME_WIDTH);
  const plain = { size: 30, weight: 400, colour: second } as const;
  const { rankName } = progress;
  const rank: Words[] =
    rankName === null
      ? []
      : [
          { ...plain, text: rankName, maxWidth: NAME_WIDTH / 2 },
          { ...plain, text: "in" },
        ];
  const place = await setWords([...rank, { ...plain, text: community }], NAME_WIDTH);
  return title.draw(TEXT_LEFT, 136) + place.draw(TEXT_LEFT, 185);
}

/** The level as large as there is room for. */
async function drawLevel(level: number, right: number, { ink, second }: Palette): Promise<string> {
  const label = await setWords([{ text: "Level", size: 34, weight: 400, colour: second }]);
  const left = LEFT + label.width + 20;
  const inSize = (size: number) => setWords([{ text: String(level), size, weight: 600, colour: ink }]);
  const usual = await inSize(LEVEL_SIZE);
  const number = await inSize(Math.min(LEVEL_SIZE, (LEVEL_SIZE * (right - left)) / usual.width));
  return label.draw(LEFT, BASELINE) + number.draw(left, BASELINE);
}

async function drawStats(card: RankCard, palette: Palette): Promise<{ left: number; drawn: string }> {
  const { rank, members, progress } = card;
  const strong = { size: 52, weight: 600, colour: palette.ink } as const;
  const plain = { size: 28, weight: 400, colour: palette.second } as const;
  const stats: { label: string; value: Words[] }[] = [
    { label: "XP", value: [{ ...strong, text: inDigits(progress.xp) }] },
  ];
  if (rank !== null) {
    const value = [
      { ...strong, text: inDigits(rank) },
      { ...plain, text: `of ${inDigits(members)}` },
    ];
    stats.push({ label: "Rank", value });
  }

  let right = RIGHT + STAT_GAP;
  let drawn = "";
  for (const { label, value } of stats) {
    const words: DrawnWords = await setWords(value);
    const title = await setWords([{ ...plain, text: label }]);
    right -= STAT_GAP + Math.max(words.width, title.width);
    drawn += title.draw(right, 371) + words.draw(right, BASELINE);
  }
  return { left: right, drawn };
}

async function drawFoot(card: RankCard, { ink, second }: Palette): Promise<string> {
  const { strong, rest } = missingWords(card.progress);
  const missing = await setWords([
    { text: strong, size: 27, weight: 600, colour: ink },
    { text: rest, size: 27, weight: 400, colour: second },
  ]);
  const drawn = missing.draw(LEFT, FOOT_BASELINE);
  if (card.nextReward === null) return drawn;
  const { words, level } = card.nextReward;
  const plain = { size: 27, weight: 400, colour: second } as const;
  const at = await setWords([{ ...plain, text: `at level ${level}` }]);
  const room = RIGHT - LEFT - missing.width - STAT_GAP - at.width - 7;
  const reward = await setWords([{ ...plain, text: words }], room);
  const left = RIGHT - at.width - 7 - reward.width;
  return drawn + reward.draw(left, FOOT_BASELINE) + at.draw(RIGHT - at.width, FOOT_BASELINE);
}
