import type { z } from "zod";
import type { Logger } from "@/lib/log";
import { type Attempt, readFromWhop, unavailable } from "./call";
import { pageReply } from "./replies";

/** The most that Whop puts on a page. */
const LARGEST_PAGE = 100;
const MOST_PAGES = 100;

export interface List<T> {
  /** Words for the log. */
  what: string;
  /** For each page, retries included. */
  timeoutMs: number;
  listTimeoutMs: number;
  log: Pick<Logger, "warn">;
  entry: z.ZodType<T>;
  /** As many entries as are wanted; every one without it. */
  limit?: number;
}

/** What to ask for one page with. */
export interface PageQuery {
  first: number;
  after?: string;
}

/**
 * A list of Whop's, page by page, or null where Whop knows nothing of the kind. The SDK's own way of reading on looks at the cursor
 * alone and can go on for ever. A list that is not whole is never passed off as one: more than 10,000 entries, a cursor that
 * leads nowhere or pages that come too slowly are AppError "unavailable"; a missing permission is AppError "forbidden".
 */
export async function readList<T>(
  { what, timeoutMs, listTimeoutMs, log, entry, limit = Number.POSITIVE_INFINITY }: List<T>,
  request: (page: PageQuery, attempt: Attempt) => PromiseLike<unknown>,
): Promise<T[] | null> {
  const reply = pageReply(entry);
  const end = performance.now() + listTimeoutMs;
  const entries: T[] = [];
  let after: string | undefined;
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const query = { first: Math.min(LARGEST_PAGE, limit - entries.length), after };
    const leftMs = Math.floor(end - performance.now());
    if (leftMs <= 0) throw broken("it came too slowly");
    const call = { what, timeoutMs: Math.min(timeoutMs, leftMs), log, mustSee: true };
    const page = await readFromWhop(call, (attempt) => request(query, attempt));
    if (page === null) return null;
    const parsed = reply.safeParse(page);
    if (!parsed.success) throw broken("a page has an unexpected form");
    const { data, page_info: info } = parsed.data;
    entries.push(...data);
    if (!info.has_next_page || entries.length >= limit) return entries.slice(0, limit);
    if (info.end_cursor === null || info.end_cursor === after) throw broken("its cursor leads nowhere");
    after = info.end_cursor;
  }
  throw broken("it has too many pages");

  function broken(reason: string): Error {
    log.warn({ what, reason }, "A list of Whop's could not be read to its end");
    return unavailable(new Error(`The list of ${what} could not be read to its end: ${reason}.`));
  }
}
