import type { Row } from "@/bench/row";

/** The rows as a table in Markdown, which is readable in a terminal as well. */
export function asTable(rows: readonly Row[]): string {
  const cells = rows.map(({ row, what, figure, yardstick, ratio, bar, ok }) => [
    row,
    what,
    figure,
    yardstick,
    ratio === undefined ? "" : ratio.toFixed(2),
    bar,
    ok ? "ok" : "below",
  ]);
  const all = [["", "what", "figure", "yardstick", "ratio", "bar", ""], ...cells];
  const widths = (all[0] ?? []).map((_, column) => Math.max(1, ...all.map((line) => line[column]?.length ?? 0)));
  const draw = (line: string[]) => `| ${line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = all;
  return [draw(head), `|${widths.map((width) => "-".repeat(width + 2)).join("|")}|`, ...body.map(draw)].join("\n");
}
