import type { Fault } from "./faults";
import type { Answer } from "./idempotency";
import type { Page } from "./pagination";
import { newId } from "./random";

/** What a list is asked while it repeats its first page. */
export function cursorAsked(query: URLSearchParams, fault: Fault | undefined): URLSearchParams {
  if (fault?.kind !== "repeat_page") return query;
  const asked = new URLSearchParams(query);
  asked.delete("after");
  return asked;
}

/** A list's answer with a cursor that misleads whoever follows it. */
export function misled(answer: Answer, query: URLSearchParams, fault: Fault | undefined): Answer {
  if (fault?.kind !== "stuck_cursor" && fault?.kind !== "repeat_page") return answer;
  if (typeof answer.body !== "object" || answer.body === null || !("page_info" in answer.body)) return answer;
  const page = answer.body as Page<unknown>; // as `paginate` makes it
  const own = page.page_info.end_cursor ?? Buffer.from("at:").toString("base64url");
  const other = Buffer.from(`at:${newId("page")}`).toString("base64url");
  const end_cursor = fault.kind === "repeat_page" ? other : (query.get("after") ?? own);
  return { ...answer, body: { ...page, page_info: { ...page.page_info, end_cursor, has_next_page: true } } };
}
