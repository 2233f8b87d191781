import type * as HarfBuzz from "harfbuzzjs";
import type { Typeface, Weight } from "@/services/leaderboard/rank-card/fonts";

/** Text of one typeface and direction, or one emoji. */
export type Run = {
  text: string;
  typeface: Typeface;
  /** SVG files; with any of them the text is not set. */
  pictures: string[];
  /** Of the bidirectional algorithm: odd is right to left. */
  level: number;
};

/** A run with its shapes; lengths in pixels. */
export type SetRun = {
  width: number;
  /** Of its ink, from the baseline upwards. */
  top: number;
  bottom: number;
  glyphs: { path: string; x: number; y: number; scale: number }[];
  pictures: string[];
};

type Style = { size: number; weight: Weight };

/** Of the font size. */
const PICTURE_WIDTH = 1.08;
const PICTURE_ADVANCE = 1.2;
const PICTURE_RISE = 0.9;
/** Large letters stand closer. */
const TRACKING = -0.022;
const LARGE = 40;

/** All digits are as wide as each other; in Inter the feature would also space out hyphens. */
const NUMBERS = /\d[\d.,]*/g;

/** The outlines of a run's glyphs, from left to right, and how much room they take; all in the image's pixels. */
export function shapeRun(hb: typeof HarfBuzz, run: Run, { size, weight }: Style): SetRun {
  const { pictures, typeface } = run;
  if (pictures.length > 0) {
    const top = PICTURE_RISE * size;
    const bottom = top - PICTURE_WIDTH * size;
    return { width: pictures.length * PICTURE_ADVANCE * size, top, bottom, glyphs: [], pictures };
  }

  const font = typeface.at(weight);
  const buffer = new hb.Buffer();
  buffer.addText(run.text);
  buffer.guessSegmentProperties();
  buffer.setDirection(run.level % 2 === 1 ? hb.Direction.RTL : hb.Direction.LTR);
  const numbers = Array.from(run.text.matchAll(NUMBERS), ({ 0: digits, index }) => {
    return new hb.Feature("tnum", 1, index, index + digits.length);
  });
  hb.shape(font, buffer, numbers);

  const scale = size / typeface.unitsPerEm;
  const tracking = typeface.isMain && size >= LARGE ? TRACKING * size : 0;
  const positions = buffer.getGlyphPositions();
  let [width, top, bottom] = [0, 0, 0];
  const glyphs = buffer.getGlyphInfos().map(({ codepoint }, at) => {
    const { xAdvance = 0, xOffset = 0, yOffset = 0 } = positions[at] ?? {};
    const glyph = { path: font.glyphToPath(codepoint), x: width + xOffset * scale, y: -yOffset * scale, scale };
    const { yBearing = 0, height = 0 } = font.glyphExtents(codepoint) ?? {}; // the height counts downwards
    top = Math.max(top, (yBearing + yOffset) * scale);
    bottom = Math.min(bottom, (yBearing + height + yOffset) * scale);
    width += xAdvance * scale + (xAdvance === 0 ? 0 : tracking);
    return glyph;
  });
  return { width, top, bottom, glyphs, pictures };
}

type Place = { x: number; baseline: number; colour: string; size: number };

/** Runs side by side as SVG: paths and embedded pictures, and no text, so that no name can become markup. */
export function drawRuns(runs: readonly SetRun[], { x, baseline, colour, size }: Place): string {
  let left = x;
  const drawn = runs.map((run) => {
    const shapes = run.glyphs.map(({ path, x, y, scale }) => {
      // Fonts count upwards, SVG counts downwards.
      return `<path transform="matrix(${scale} 0 0 ${-scale} ${left + x} ${baseline + y})" d="${path}"/>`;
    });
    const images = run.pictures.map((picture, at) => {
      const side = PICTURE_WIDTH * size;
      const [pictureX, pictureY] = [left + (at + 0.05) * PICTURE_ADVANCE * size, baseline - PICTURE_RISE * size];
      return `<image x="${pictureX}" y="${pictureY}" width="${side}" height="${side}" href="${svgAddress(picture)}"/>`;
    });
    left += run.width;
    return [...shapes, ...images].join("");
  });
  return `<g fill="${colour}">${drawn.join("")}</g>`;
}

const svgAddress = (svg: string) => `data:image/svg+xml;base64,${Buffer.from(svg).toString("base64")}`;
