import { rename, writeFile } from "node:fs/promises";

/** Writes a file that only its owner reads, whole or not at all. */
export async function writePrivately(path: string, content: string): Promise<void> {
  const unfinished = `${path}.${process.pid}`;
  await writeFile(unfinished, content, { mode: 0o600 });
  await rename(unfinished, path);
}
