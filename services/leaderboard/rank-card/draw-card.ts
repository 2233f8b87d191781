import { drawBanner } from "@/services/leaderboard/rank-card/draw-banner";
import { drawWide } from "@/services/leaderboard/rank-card/draw-wide";
import { PALETTES } from "@/services/leaderboard/rank-card/palette";
import { type Look, PIXELS, type RankCard } from "@/services/leaderboard/rank-card/rank-card";

const DRAWINGS = { wide: drawWide, banner: drawBanner };

/**
 * A rank card as SVG: shapes and embedded pictures, no text and no address, so that it looks the same wherever it is drawn.
 * @param picture the member's, a square PNG; null for none.
 */
export async function drawCard(card: RankCard, picture: Buffer | null, { size, theme }: Look): Promise<string> {
  const { width, height } = PIXELS[size];
  const palette = PALETTES[theme];
  const drawing = await DRAWINGS[size](card, picture, palette);
  const ground = `<rect width="${width}" height="${height}" fill="${palette.ground}"/>`;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${ground}${drawing}</svg>`;
}
