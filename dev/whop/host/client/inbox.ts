import type { InboxRow } from "../inbox";
import { byId, clock, element } from "./dom";
import { formatted } from "./formatted";

/** The newest first. Rows stay in place, so that a reader's eye and a screen reader keep theirs. */
export function showInbox(rows: readonly InboxRow[], reader: string): void {
  const list = byId("inbox");
  const words = `What the app tells ${reader} alone arrives here.`;
  if (rows.length === 0) {
    if (list.textContent !== words) list.replaceChildren(element("li", { class: "empty" }, words));
    return;
  }
  const known = new Map([...list.children].map((row) => [row.getAttribute("data-row"), row]));
  list.replaceChildren(...rows.map((row) => known.get(row.id) ?? rowOf(row)));
}

function rowOf({ id, kind, title, text, at }: InboxRow): HTMLElement {
  const content = kind === "push" ? [text] : formatted(text);
  return element(
    "li",
    { "data-row": id },
    element("p", {}, element("span", { class: "who" }, title), element("time", { datetime: at }, clock(at))),
    element("p", { class: "content" }, ...content),
    element("p", { class: "kind" }, kind === "push" ? "Push" : "Direct message"),
  );
}
