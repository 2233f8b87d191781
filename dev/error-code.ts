/** The code that Node or Postgres gave an error ("ENOENT", "28P01"). Asks no class: test runners have several of each. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}
