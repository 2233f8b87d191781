/**
 * Stands for the package `tmp`, which the Lua of the Redis in this process loads and no script of ours can reach. It would wait for
 * the end of the process once for each test file.
 */
export function fileSync(): never {
  throw new Error("Scripts in Redis write no files.");
}
