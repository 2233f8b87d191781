import type { z } from "zod";
import { AppError } from "@/lib/errors";
import type { Logger } from "@/lib/log";
import { type Attempt, readFromWhop, unavailable } from "./call";
import { pageReply } from "./replies";

/** The most that Whop puts on a page. */
export const LARGEST_PAGE = 100;
const MOST_PAGES = 100;

export interface WhopPage<T> {
  items: T[];
  /** Where the next page begins; null at the end. It can be the one that was asked with, where Whop's leads nowhere. */
  nextCursor: string | null;
}

export interface OnePage<T> {
  /** Words for the log. */
  what: string;
  /** Retries included. */
  timeoutMs: number;
  log: Pick<Logger, "warn">;
  entry: z.ZodType<T>;
}

export interface List<T> extends OnePage<T> {
  listTimeoutMs: number;
  /** As many entries as are wanted; every one without it. */
  limit?: number;
}

/** What to ask for one page with. */
export interface PageQuery {
  first: number;
  after?: string;
}

type Request = (page: PageQuery, attempt: Attempt) => PromiseLike<unknown>;

/**
 * One page, or null where Whop knows nothing of the kind. A page that is not as it should be is AppError "unavailable", a missing
 * permission AppError "forbidden", a cursor that Whop does not take AppError "bad_request".
 */
export async function readPage<T>(
  { what, timeoutMs, log, entry }: OnePage<T>,
  query: PageQuery,
  request: Request,
): Promise<WhopPage<T> | null> {
  const call = { what, timeoutMs, log, mustSee: true, mayBeWrong: query.after !== undefined };
  const page = await readFromWhop(call, (attempt) => request(query, attempt));
  if (page === null) return null;
  const parsed = pageReply(entry).safeParse(page);
  if (!parsed.success) throw broken({ what, log }, "a page has an unexpected form");
  const { data, page_info: info } = parsed.data;
  if (!info.has_next_page) return { items: data, nextCursor: null };
  if (info.end_cursor === null) throw broken({ what, log }, "its cursor leads nowhere");
  return { items: data, nextCursor: info.end_cursor };
}

/**
 * A list of Whop's, page by page, or null where Whop knows nothing of the kind. The SDK's own way of reading on looks at the cursor
 * alone and can go on for ever. A list that is not whole is never passed off as one: more than 10,000 entries, a cursor that
 * leads nowhere or pages that come too slowly are AppError "unavailable"; a missing permission is AppError "forbidden".
 */
export async function readList<T>(list: List<T>, request: Request): Promise<T[] | null> {
  const { timeoutMs, listTimeoutMs, limit = Number.POSITIVE_INFINITY } = list;
  const end = performance.now() + listTimeoutMs;
  const entries: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = { first: Math.min(LARGEST_PAGE, limit - entries.length), after };
    const leftMs = Math.floor(end - performance.now());
    if (leftMs <= 0) throw broken(list, "it came too slowly");
    const page = await readPage({ ...list, timeoutMs: Math.min(timeoutMs, leftMs) }, query, request);
    if (page === null) return null;
    entries.push(...page.items);
    if (page.nextCursor === null || entries.length >= limit) return entries.slice(0, limit);
    if (page.nextCursor === after) throw broken(list, "its cursor leads nowhere");
    after = page.nextCursor;
  }
  throw broken(list, "it has too many pages");
}

/** For lists of which it would be concluded that nothing is there. */
export function notThere(): AppError {
  return new AppError("not_found", "Whop knows nothing of the kind.");
}

function broken({ what, log }: Pick<OnePage<unknown>, "what" | "log">, reason: string): Error {
  log.warn({ what, reason }, "A list of Whop's could not be read to its end");
  return unavailable(new Error(`The list of ${what} could not be read to its end: ${reason}.`));
}
