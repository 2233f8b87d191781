import { drawBar } from "@/services/leaderboard/rank-card/draw-bar";
import { drawLogo } from "@/services/leaderboard/rank-card/draw-logo";
import { drawPortrait } from "@/services/leaderboard/rank-card/draw-portrait";
import { setWords, type Words } from "@/services/leaderboard/rank-card/draw-words";
import type { Palette } from "@/services/leaderboard/rank-card/palette";
import { inDigits, missingWords, type RankCard } from "@/services/leaderboard/rank-card/rank-card";
import { type Strokes, tallyOf } from "@/services/xp/tally";

const [LEFT, RIGHT] = [64, 1136];
const TEXT_LEFT = 240;
const LOGO = { right: RIGHT, middle: 138, height: 54 };
const NAME_WIDTH = 780;
const LEVEL_SIZE = 227;
const LEAST_LEVEL_SIZE = 140;
const BASELINE = 433;
const STAT_GAP = 64;
const TALLY_GAP = 16;
/** As high as the figure beside it. */
const TALLY_SCALE = 38 / 14;
const FOOT_BASELINE = 608 - 52;

/** The card as a preview of a link: 1200 × 630. */
export async function drawWide(card: RankCard, picture: Buffer | null, palette: Palette): Promise<string> {
  const level = await setLevel(card.progress.level, palette);
  const stats = await drawStats(card, level.left + level.leastWidth + STAT_GAP, palette);
  const bar = { left: LEFT, right: RIGHT, top: 471, height: 36 };
  return [
    await drawPortrait({ ...card, picture }, { x: 138, y: 138, radius: 74, stroke: 7 }, palette),
    await drawName(card, palette),
    drawLogo(LOGO, { stroke: palette.ink, slash: palette.accent }),
    await level.draw(stats.left - STAT_GAP),
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

type SetLevel = {
  /** Where the number begins. */
  left: number;
  /** Of the number, where it is as small as it should ever be. */
  leastWidth: number;
  /** As large as there is room for up to `right`. */
  draw(right: number): Promise<string>;
};

async function setLevel(level: number, { ink, second }: Palette): Promise<SetLevel> {
  const label = await setWords([{ text: "Level", size: 34, weight: 400, colour: second }]);
  const left = LEFT + label.width + 20;
  const inSize = (size: number) => setWords([{ text: String(level), size, weight: 600, colour: ink }]);
  const usual = await inSize(LEVEL_SIZE);
  return {
    left,
    leastWidth: (usual.width * LEAST_LEVEL_SIZE) / LEVEL_SIZE,
    async draw(right) {
      const number = await inSize(Math.min(LEVEL_SIZE, (LEVEL_SIZE * (right - left)) / usual.width));
      return label.draw(LEFT, BASELINE) + number.draw(left, BASELINE);
    },
  };
}

type Stat = {
  label: string;
  value: Words[];
  /** Counted in strokes behind the value. */
  days?: number;
};
type DrawnStats = { left: number; drawn: string };

/** Where they would stand further left than they may, the strokes go first, then the whole streak. */
async function drawStats(card: RankCard, leftmost: number, palette: Palette): Promise<DrawnStats> {
  const { progress, members, streakDays } = card;
  const xp = figureOf("XP", progress.xp, palette);
  const streak = streakDays > 0 ? figureOf("Streak", streakDays, palette) : null;
  const of = { text: `of ${inDigits(members)}`, size: 28, weight: 400, colour: palette.second } as const;
  const rank = card.rank === null ? [] : [figureOf("Rank", card.rank, palette, of)];
  if (streak) {
    for (const one of [{ ...streak, days: streakDays }, streak]) {
      const stats = await setStats([xp, one, ...rank], palette);
      if (stats.left >= leftmost) return stats;
    }
  }
  return setStats([xp, ...rank], palette);
}

function figureOf(label: string, value: number, { ink }: Palette, ...unit: Words[]): Stat {
  return { label, value: [{ text: inDigits(value), size: 52, weight: 600, colour: ink }, ...unit] };
}

/** From right to left. */
async function setStats(stats: readonly Stat[], palette: Palette): Promise<DrawnStats> {
  let right = RIGHT + STAT_GAP;
  let drawn = "";
  for (const { label, value, days } of stats) {
    const words = await setWords(value);
    const title = await setWords([{ text: label, size: 28, weight: 400, colour: palette.second }]);
    const tally = tallyOf(days ?? 0);
    const tallyLeft = words.width + TALLY_GAP;
    const width = days === undefined ? words.width : tallyLeft + TALLY_SCALE * tally.width;
    right -= STAT_GAP + Math.max(width, title.width);
    drawn += title.draw(right, 371) + words.draw(right, BASELINE) + drawStrokes(tally, right + tallyLeft, palette);
  }
  return { left: right, drawn };
}

function drawStrokes({ height, path }: Strokes, left: number, { accent }: Palette): string {
  if (path === "") return "";
  const place = `matrix(${TALLY_SCALE} 0 0 ${TALLY_SCALE} ${left} ${BASELINE - TALLY_SCALE * height})`;
  return `<path transform="${place}" d="${path}" fill="none" stroke="${accent}" stroke-width="2"/>`;
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
