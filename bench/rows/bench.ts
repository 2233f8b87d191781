import type { Databases } from "@/bench/databases";

/** What every row works with. */
export type Bench = {
  databases: Databases;
  quick: boolean;
  /** How often the sides of a ratio take turns, and for how long each time. */
  rounds: number;
  seconds: number;
};
