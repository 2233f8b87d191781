/**
 * Marks of an axis that begins at 0 and has room for `highest`: three or four round numbers, lowest first.
 */
export function axisMarks(highest: number): number[] {
  const step = roundUp(Math.max(1, highest) / 3);
  const count = Math.max(1, Math.ceil(highest / step));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The next of 1, 2, 5, 10, 20, 50, … */
function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  const factor = [1, 2, 5, 10].find((one) => one * power >= value) ?? 10;
  return Math.max(1, factor * power);
}
