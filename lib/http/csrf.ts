import { AppError } from "@/lib/errors";

/** Methods that never change state; a GET that does is a defect. */
const SAFE_METHODS: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Only our own pages may change state. A token in a header proves nothing here: Whop's proxy adds it to every request
 * that reaches the app's address, whoever caused it, and all Whop apps are one site to the browser.
 * Without either header the caller is no browser, and still needs a token or a key.
 * @throws AppError forbidden
 */
export function refuseForeignOrigin(request: Request, appOrigins: readonly string[]): void {
  if (SAFE_METHODS.has(request.method)) return;
  const origin = request.headers.get("origin");
  const site = request.headers.get("sec-fetch-site");
  // A sandboxed frame sends the origin "null", which is never in the list.
  if (origin !== null && !appOrigins.includes(origin)) throw foreignOrigin();
  if (site !== null && site !== "same-origin") throw foreignOrigin();
}

function foreignOrigin(): AppError {
  return new AppError("forbidden", "This request came from another site. Open WEE5 and try again there.");
}
