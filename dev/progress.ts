/** Lines that say what is done, each with the seconds since the start. */
export interface Progress {
  say(line: string): void;
  /** Says it only when the last such line is a while ago. */
  sayNowAndThen(line: () => string): void;
  seconds(): number;
}

const EVERY_MS = 4_000;

export function createProgress(write: (text: string) => void): Progress {
  const startedAt = performance.now();
  const seconds = () => (performance.now() - startedAt) / 1000;
  let saidAt = performance.now();
  const say = (line: string) => {
    saidAt = performance.now();
    write(`${seconds().toFixed(1).padStart(6)} s  ${line}\n`);
  };
  return {
    say,
    seconds,
    sayNowAndThen: (line) => {
      if (performance.now() - saidAt >= EVERY_MS) say(line());
    },
  };
}
