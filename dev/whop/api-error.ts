/** An error as Whop's API words it: `{ error: { type, message, code?, param? } }`. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly type: string,
    message: string,
    readonly extra: { code?: string; param?: string } = {},
  ) {
    super(message);
    this.name = "ApiError";
  }

  get body() {
    return { error: { type: this.type, message: this.message, ...this.extra } };
  }
}

export const notFound = (what: string) => new ApiError(404, "not_found", `The ${what} was not found.`);

export const badRequest = (message: string, param?: string) =>
  new ApiError(400, "bad_request", message, param === undefined ? {} : { param });

/** The thing, or Whop's 404 where there is none. */
export function found<T>(thing: T | undefined, what: string): T {
  if (thing === undefined) throw notFound(what);
  return thing;
}
