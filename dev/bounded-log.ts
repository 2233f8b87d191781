import { appendFileSync, existsSync, renameSync, rmSync, statSync } from "node:fs";

const LIMIT_BYTES = 5 * 1024 * 1024;

export interface BoundedLog {
  path: string;
  write(text: string | Uint8Array): void;
}

/** A log that begins anew with each start. What no longer fits goes to `<path>.old`, once, so that a demo may run for weeks. */
export function createBoundedLog(path: string): BoundedLog {
  for (const file of [path, `${path}.old`]) rmSync(file, { force: true });
  let size = 0;
  return {
    path,
    write: (text) => {
      if (size > LIMIT_BYTES && existsSync(path)) {
        renameSync(path, `${path}.old`);
        size = 0;
      }
      appendFileSync(path, text, { mode: 0o600 });
      size = size === 0 ? statSync(path).size : size + text.length;
    },
  };
}
