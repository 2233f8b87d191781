import { createHash } from "node:crypto";
import sharp from "sharp";

const SIZE = 192;

/** Ground, then what lies on it, in the order in which they are drawn. */
const PALETTES = [
  ["#1e2b50", "#b8472f", "#d8d0c2"],
  ["#cfd7b4", "#33452f", "#dfa046"],
  ["#123c42", "#e5ded0", "#cf6239"],
  ["#3a2d2c", "#c3b597", "#6a958d"],
  ["#2c2a33", "#e2a240", "#d9d2c6"],
  ["#a9c0cf", "#1f2d54", "#e3ddd1"],
  ["#35463a", "#e0a448", "#cdd8b6"],
  ["#5a2f39", "#ecb7a0", "#d8d0c2"],
  ["#e4ddcf", "#2b3f66", "#cf6239"],
] as const;

type Draw = (big: string, small: string, at: (index: number) => number) => string;

/** Each a few plain shapes on a square of 100. `at` gives numbers from 0 to 1, always the same for one user. */
const PICTURES: readonly Draw[] = [
  // A sun over a hill.
  (big, small, at) =>
    `<circle cx="${30 + at(0) * 40}" cy="${28 + at(1) * 16}" r="${14 + at(2) * 6}" fill="${big}"/><path d="M0 ${72 + at(3) * 8}Q50 ${48 + at(4) * 12} 100 74V100H0Z" fill="${small}"/>`,
  // Two great circles.
  (big, small, at) =>
    `<circle cx="${70 + at(0) * 20}" cy="${10 + at(1) * 20}" r="46" fill="${big}"/><circle cx="${20 + at(2) * 20}" cy="${70 + at(3) * 14}" r="${16 + at(4) * 8}" fill="${small}"/>`,
  // Day and night.
  (big, small, at) =>
    `<path d="M0 ${46 + at(0) * 10}H100V100H0Z" fill="${big}"/><circle cx="50" cy="${46 + at(0) * 10}" r="${20 + at(1) * 6}" fill="${small}"/>`,
  // A head and shoulders.
  (big, small, at) =>
    `<circle cx="50" cy="${36 + at(0) * 4}" r="${17 + at(1) * 3}" fill="${big}"/><path d="M14 100A36 ${34 + at(2) * 6} 0 0 1 86 100Z" fill="${small}"/>`,
  // A mountain.
  (big, small, at) =>
    `<path d="M${8 + at(0) * 14} 84L${44 + at(1) * 12} 24L92 84Z" fill="${big}"/><circle cx="${74 + at(2) * 8}" cy="26" r="${8 + at(3) * 4}" fill="${small}"/>`,
  // Quarters.
  (big, small, at) =>
    `<path d="M0 0H50A50 50 0 0 1 0 50Z" fill="${big}"/><path d="M100 100H50A50 50 0 0 1 100 50Z" fill="${big}"/><circle cx="50" cy="50" r="${9 + at(0) * 6}" fill="${small}"/>`,
  // Rings.
  (big, small, at) =>
    `<circle cx="${44 + at(0) * 12}" cy="${44 + at(1) * 12}" r="34" fill="${big}"/><circle cx="${44 + at(0) * 12}" cy="${44 + at(1) * 12}" r="${13 + at(2) * 6}" fill="${small}"/>`,
];

/** A PNG picture for a user, always the same for the same id: a few quiet shapes in three colours, turned a little. */
export function avatarPng(userId: string): Promise<Buffer> {
  const hash = createHash("sha256").update(userId).digest();
  const pick = <T>(from: readonly T[], index: number) => from[(hash[index] ?? 0) % from.length] as T; // not empty
  const [ground, big, small] = pick(PALETTES, 0);
  const shapes = pick(PICTURES, 1)(big, small, (index) => (hash[3 + index] ?? 0) / 255);
  const turn = ((hash[2] ?? 0) / 255 - 0.5) * 30;
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100" width="${SIZE}" height="${SIZE}">
    <rect width="100" height="100" fill="${ground}"/><g transform="rotate(${turn} 50 50) translate(50 50) scale(1.16) translate(-50 -50)">${shapes}</g></svg>`;
  return sharp(Buffer.from(svg)).png().toBuffer();
}
