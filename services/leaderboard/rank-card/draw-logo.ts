/** The logo: four strokes, the fifth closes them. Placed by the right end of its slash and its middle; lengths in pixels. */
export function drawLogo(
  { right, middle, height }: { right: number; middle: number; height: number },
  { stroke, slash }: { stroke: string; slash: string },
): string {
  // Drawn as on a field of 32 × 32, in which the strokes are 20 high and the slash ends at 29.
  const scale = height / 23;
  const place = `matrix(${scale} 0 0 ${scale} ${right - 30.5 * scale} ${middle - 16 * scale})`;
  return `<g transform="${place}" fill="none" stroke-width="3" stroke-linecap="round"><path d="M7 6v20M13 6v20M19 6v20M25 6v20" stroke="${stroke}"/><path d="M3 22 29 10" stroke="${slash}"/></g>`;
}
