import { parseArgs } from "node:util";

export const ROWS = ["A", "B", "C", "D", "E", "F", "G", "H", "I", "J", "K", "L", "M", "N"] as const;
export type RowName = (typeof ROWS)[number];

export type BenchOptions = {
  rows: readonly RowName[];
  /** Smaller databases and fewer rounds: for a look, not for the bar. */
  quick: boolean;
  /** Where the figures go as JSON. */
  json?: string;
};

/** @throws Error in one line for what it does not know. */
export function readOptions(args: string[]): BenchOptions {
  const { values } = parseArgs({
    args,
    options: { rows: { type: "string" }, quick: { type: "boolean", default: false }, json: { type: "string" } },
  });
  const asked = values.rows?.split(",").map((name) => name.trim().toUpperCase());
  const unknown = asked?.find((name) => !isRow(name));
  if (unknown !== undefined) throw new Error(`There is no row ${unknown}: the rows are ${ROWS.join(", ")}.`);
  return { rows: asked?.filter(isRow) ?? ROWS, quick: values.quick, json: values.json };
}

const isRow = (name: string): name is RowName => (ROWS as readonly string[]).includes(name);
