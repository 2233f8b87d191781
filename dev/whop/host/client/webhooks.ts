import type { DeliveryRow } from "../delivery-rows";
import { byId, clock, element } from "./dom";

/** The newest first. Rows stay in place, so that a reader's eye and a screen reader keep theirs. */
export function showWebhooks(rows: readonly DeliveryRow[]): void {
  const list = byId("webhooks");
  const known = new Map([...list.children].map((row) => [row.getAttribute("data-row"), row]));
  if (rows.length === 0) {
    list.replaceChildren(element("li", { class: "empty" }, "None yet. Write something, or let the members write."));
    return;
  }
  list.replaceChildren(
    ...rows.map((row) => {
      const text = JSON.stringify(row);
      const same = known.get(row.id);
      return same?.getAttribute("data-text") === text ? same : rowOf(row, text);
    }),
  );
}

function rowOf({ id, who, event, at, answer, tone }: DeliveryRow, text: string): HTMLElement {
  return element(
    "li",
    { "data-row": id, "data-text": text },
    element("p", {}, element("span", { class: "who" }, who), element("time", { datetime: at }, clock(at))),
    element("p", {}, element("span", {}, event), element("span", { class: tone }, answer)),
  );
}
