import { badRequest } from "./api-error";

const DEFAULT_PAGE = 20;
const LARGEST_PAGE = 100;

export interface Page<T> {
  data: T[];
  page_info: {
    end_cursor: string | null;
    start_cursor: string | null;
    has_next_page: boolean;
    has_previous_page: boolean;
  };
}

/**
 * One page of `items`, which come in the ascending order of `orderOf`. Cursors name a place in the order, not an item, so a page
 * can be continued after its last item is gone. An empty page has no cursor: Whop's SDK reads on until it meets one.
 */
export function paginate<T>(
  items: readonly T[],
  orderOf: (item: T) => string,
  query: URLSearchParams,
  direction: "asc" | "desc" = "asc",
): Page<T> {
  const ordered = direction === "asc" ? [...items] : items.toReversed();
  const isPast = (item: T, place: string) => (direction === "asc" ? orderOf(item) > place : orderOf(item) < place);
  const after = cursor(query, "after");
  const before = cursor(query, "before");
  const from = after === null ? 0 : placeOf(ordered, (item) => isPast(item, after));
  const to =
    before === null ? ordered.length : placeOf(ordered, (item) => isPast(item, before) || orderOf(item) === before);
  const { start, end } = cut(from, Math.max(from, to), query);
  const data = ordered.slice(start, end);
  return {
    data,
    page_info: {
      end_cursor: cursorOf(data.at(-1), orderOf),
      start_cursor: cursorOf(data[0], orderOf),
      has_next_page: end < ordered.length,
      has_previous_page: start > 0,
    },
  };
}

function cut(from: number, to: number, query: URLSearchParams): { start: number; end: number } {
  const last = count(query, "last");
  if (last !== null) return { start: Math.max(from, to - last), end: to };
  return { start: from, end: Math.min(to, from + (count(query, "first") ?? DEFAULT_PAGE)) };
}

function placeOf<T>(items: T[], isPast: (item: T) => boolean): number {
  const place = items.findIndex(isPast);
  return place < 0 ? items.length : place;
}

function count(query: URLSearchParams, name: "first" | "last"): number | null {
  const text = query.get(name);
  if (!text) return null;
  if (!/^\d{1,6}$/.test(text) || Number(text) === 0) throw badRequest(`${name} must be a positive number.`, name);
  return Math.min(Number(text), LARGEST_PAGE);
}

function cursor(query: URLSearchParams, name: "after" | "before"): string | null {
  const text = query.get(name);
  if (!text) return null;
  const place = Buffer.from(text, "base64url").toString("utf8");
  if (!place.startsWith("at:")) throw badRequest(`${name} is not a cursor.`, name);
  return place.slice(3);
}

function cursorOf<T>(item: T | undefined, orderOf: (item: T) => string): string | null {
  return item === undefined ? null : Buffer.from(`at:${orderOf(item)}`).toString("base64url");
}
