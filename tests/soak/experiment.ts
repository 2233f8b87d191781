import type { Random } from "@/dev/whop/random";
import type { AppKind } from "@/tests/support/app-process";

/** What an experiment is given. The same seed makes the same plan; what the machine makes of it differs. */
export interface Plan {
  /** How long it may put load on the app, roughly; beginning and end come on top. */
  seconds: number;
  random: Random;
  app: AppKind;
  /** Factor on every time limit: 1, or more where the machine may be busy with other things. */
  slack: number;
}

/** What came of it: numbers for the reader, and what did not hold in words. */
export interface Finding {
  figures: Record<string, number | string>;
  broken: string[];
  /** Why it could not be done on this machine. */
  skipped?: string;
}

export interface Experiment {
  /** As PROMISES numbers them. */
  id: string;
  title: string;
  /** Its part of the minutes, compared with the others'. */
  weight: number;
  run(plan: Plan): Promise<Finding>;
}

/** The sentences whose condition does not hold. */
export function brokenAmong(promises: Record<string, boolean>): string[] {
  return Object.entries(promises)
    .filter(([, holds]) => !holds)
    .map(([sentence]) => sentence);
}
