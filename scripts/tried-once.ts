/**
 * What is never tried again: where a failure that comes and goes is the very fault that is looked for. The fold and whatever pays,
 * property tests, races, and workers that are killed or frozen in the middle.
 */
const FILES = [
  /\.property\.test\.ts$/,
  /\/services\/xp\//,
  /\/(faults|killed|send-killed|send-frozen|send-settling|outage|outages|webhook-deliveries)\.test\.ts$/,
];
const NAMES = [
  /\b(two|three|four|five|eight|ten|fifteen|twenty|fifty|hundred|many|times|\d+)\b.* at once/,
  /racing|same time|exactly once|twice|\(seed \d/,
];

/** @param file its path; @param name the test's, with those of the blocks around it */
export function isTriedOnce(file: string, name: string): boolean {
  return FILES.some((pattern) => pattern.test(file)) || NAMES.some((pattern) => pattern.test(name));
}
