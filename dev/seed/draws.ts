import { createHash } from "node:crypto";
import { seededRandom } from "@/dev/whop/random";

const ID_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

/** Chances that repeat: the same seed and label always draw the same. */
export interface Draws {
  /** In [0, 1). */
  number(): number;
  /** A whole number, both ends included. */
  whole(min: number, max: number): number;
  chance(probability: number): boolean;
  pick<T>(list: readonly T[]): T;
  /** An index, each as likely as its weight says. */
  weighted(weights: readonly number[]): number;
  /** How often something rare happens, given how often on average (Poisson). */
  count(average: number): number;
  /** A pause until something that comes at random (exponential). */
  pause(average: number): number;
  /** An id as Whop writes them: the prefix and 14 letters and digits. */
  id(prefix: string): string;
}

export function createDraws(seed: number, label: string): Draws {
  const number = seededRandom(createHash("sha256").update(`${seed}/${label}`).digest().readUInt32BE(0));

  function count(average: number): number {
    // Knuth's way underflows far above what a day holds; there a normal distribution is as good.
    if (average > 200) return Math.round(average);
    const limit = Math.exp(-average);
    let drawn = -1;
    for (let product = 1; product > limit; product *= number()) drawn += 1;
    return Math.max(0, drawn);
  }

  return {
    number,
    whole: (min, max) => min + Math.floor(number() * (max - min + 1)),
    chance: (probability) => number() < probability,
    pick: (list) => {
      const picked = list[Math.floor(number() * list.length)];
      if (picked === undefined) throw new Error("Nothing can be picked from an empty list.");
      return picked;
    },
    weighted: (weights) => {
      let left = number() * weights.reduce((sum, weight) => sum + weight, 0);
      const index = weights.findIndex((weight) => {
        left -= weight;
        return left < 0;
      });
      return index < 0 ? weights.length - 1 : index;
    },
    count,
    pause: (average) => -Math.log(1 - number()) * average,
    id: (prefix) =>
      `${prefix}_${Array.from({ length: 14 }, () => ID_ALPHABET[Math.floor(number() * ID_ALPHABET.length)]).join("")}`,
  };
}
