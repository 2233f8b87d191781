import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Look, RankCard } from "@/services/leaderboard/rank-card/rank-card";
import { type Curve, xpAtLevel } from "@/services/xp/curve";
import { progressOf } from "@/services/xp/progress";

/** A card and how it is drawn, by the name of its reference image. */
export type Drawing = { card: RankCard; picture: Buffer | null; look: Look };

const RANK_NAMES = [
  { level: 1, name: "Newcomer" },
  { level: 5, name: "Regular" },
  { level: 10, name: "Insider" },
];
/** Square, 240 pixels: as pictures are when they have been fetched. */
const PICTURE = readFileSync(join(process.cwd(), "tests", "fixtures", "pictures", "robin.png"));

export function aRankCard(differing: Partial<RankCard> = {}): RankCard {
  return {
    name: "Robin Hale",
    community: "Northlight Creators",
    progress: progressOf(null, RANK_NAMES, 2_642),
    rank: 18,
    members: 248,
    streakDays: 6,
    nextReward: { words: "7 free days", level: 10 },
    ...differing,
  };
}

const SHORT_CURVE: Curve = Array.from({ length: 103 }, (_, at) => (xpAtLevel(null, at + 1) ?? 0) * 10);
const VETERAN = aRankCard({
  progress: progressOf(
    SHORT_CURVE,
    [{ level: 1, name: "Keeper of the long watch over all of the northern lights" }],
    19_999_999,
  ),
  rank: 12_480,
  members: 148_000,
  streakDays: 1_204,
  nextReward: {
    words: "A handwritten letter from the whole team, with a drawing of your choice, and a seat at the yearly dinner",
    level: 103,
  },
});
const NEWCOMER = aRankCard({
  name: "Sam",
  progress: progressOf(null, [], 0),
  rank: null,
  streakDays: 0,
  nextReward: null,
});

const wide = (card: RankCard, theme: Look["theme"] = "dark", picture: Buffer | null = null): Drawing => ({
  card,
  picture,
  look: { size: "wide", theme },
});
const banner = (card: RankCard, theme: Look["theme"] = "dark", picture: Buffer | null = null): Drawing => ({
  card,
  picture,
  look: { size: "banner", theme },
});

const LONG = "Maximiliana Konstantinopolitanskaya-Featherstonehaugh of Somewhere";
const MARKUP = `<script>alert(1)</script>"/></svg>&amp;<!--`;

export const DRAWINGS: Record<string, Drawing> = {
  "plain-wide-dark": wide(aRankCard(), "dark", PICTURE),
  "plain-wide-light": wide(aRankCard(), "light", PICTURE),
  "plain-banner-dark": banner(aRankCard(), "dark", PICTURE),
  "plain-banner-light": banner(aRankCard(), "light", PICTURE),
  "no-picture-wide-dark": wide(aRankCard()),
  "streak-wide-light": wide(aRankCard({ streakDays: 15 }), "light", PICTURE),
  "long-streak-wide-dark": wide(
    aRankCard({
      progress: progressOf(null, RANK_NAMES, 412_800),
      rank: 1_180,
      members: 12_400,
      streakDays: 364,
      nextReward: { words: "50 % off, one code", level: 100 },
    }),
    "dark",
    PICTURE,
  ),
  "emoji-wide-dark": wide(aRankCard({ name: "Zoë 👩‍👩‍👧‍👦 🇩🇪 👋🏽 🏴󠁧󠁢󠁳󠁣󠁴󠁿 1️⃣ ❤️‍🔥", community: "🦊 Foxes" })),
  "arabic-wide-light": wide(aRankCard({ name: "محمد عبد الله 🦊 (abc 12)", community: "קהילת הצפון 7" }), "light"),
  "japanese-wide-dark": wide(aRankCard({ name: "田中さくら「東京」", community: "王伟的社区" })),
  "scripts-banner-light": banner(aRankCard({ name: "हिन्दी ไทย กำลัง 김민준", community: "বাংলা தமிழ் తెలుగు" }), "light"),
  "marks-banner-dark": banner(aRankCard({ name: "ę́ ọ̃ Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤A̴̵̜̰͔ͫ͗͢ 𝓡𝓸𝓫 ★ Ꮳ" })),
  "long-wide-dark": wide(aRankCard({ name: LONG })),
  "long-banner-light": banner(aRankCard({ name: LONG, community: LONG }), "light"),
  "long-arabic-banner-dark": banner(aRankCard({ name: "محمد عبد الله بن عبد الرحمن بن إبراهيم القحطاني" })),
  "markup-wide-light": wide(aRankCard({ name: MARKUP, community: MARKUP }), "light"),
  "newcomer-wide-light": wide(NEWCOMER, "light"),
  "newcomer-banner-dark": banner(NEWCOMER),
  "veteran-wide-dark": wide(VETERAN, "dark", PICTURE),
  "veteran-banner-light": banner(VETERAN, "light", PICTURE),
};
