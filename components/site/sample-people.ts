import type { RowGain } from "@/components/leaderboard/use-gains";

export type SampleMember = {
  id: string;
  name: string;
  xp: number;
  rank: number;
  /** What they have earned last, while that is news. */
  gain?: RowGain;
};

/** A drawing in public/people. */
export function portraitOf(id: string): string {
  return `/people/${id}.svg`;
}

type Person = Pick<SampleMember, "id" | "name" | "xp">;

/** The first three are far ahead: their places stay. */
export const TOP_THREE: readonly SampleMember[] = [
  { id: "imani", name: "Imani Okafor", xp: 24_310, rank: 1 },
  { id: "jonas", name: "Jonas Lindqvist", xp: 22_845, rank: 2 },
  { id: "sofia", name: "Sofia Marchetti", xp: 19_020, rank: 3 },
];

export const ROBIN_ID = "robin";
const FIRST_RANK = 15;
const AROUND: readonly Person[] = [
  { id: "tariq", name: "Tariq Aziz", xp: 2_812 },
  { id: "camille", name: "Camille Roux", xp: 2_774 },
  { id: "nina", name: "Nina Petrova", xp: 2_679 },
  { id: ROBIN_ID, name: "Robin Hale", xp: 2_642 },
  { id: "mei", name: "Mei Tanaka", xp: 2_628 },
];

/** Who earns, one after the other. */
const WRITERS = ["robin", "mei", "robin", "nina", "robin", "tariq", "mei", "robin", "camille"];
const MESSAGE_XP = 20;
/** Four places: the sample ends before anybody comes near those who are not shown. */
export const LAST_MOVE = 36;

/** Robin and those around after so many awards, best first. */
export function aroundRobin(step: number): SampleMember[] {
  const xp = new Map(AROUND.map((person) => [person.id, person.xp]));
  for (let at = 0; at < step; at += 1) {
    const id = writerAt(at);
    xp.set(id, (xp.get(id) ?? 0) + MESSAGE_XP);
  }
  const latest = step === 0 ? undefined : writerAt(step - 1);
  return AROUND.map((person) => ({ ...person, xp: xp.get(person.id) ?? person.xp }))
    .sort((one, other) => other.xp - one.xp)
    .map((person, index) => ({
      ...person,
      rank: FIRST_RANK + index,
      gain: person.id === latest ? { xp: MESSAGE_XP, at: step } : undefined,
    }));
}

function writerAt(index: number): string {
  return WRITERS[index % WRITERS.length] ?? ROBIN_ID;
}
