import type { Place } from "../page";
import { byId, element, icon } from "./dom";

const ICONS: Record<Place["kind"], string> = {
  chat: "M4 9h16M4 15h16M10 3 8 21M16 3l-2 18",
  forum: "M21 15a2 2 0 0 1-2 2H7l-4 4V5a2 2 0 0 1 2-2h14a2 2 0 0 1 2 2z",
  course:
    "M12 7v14M3 18a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1h5a4 4 0 0 1 4 4 4 4 0 0 1 4-4h5a1 1 0 0 1 1 1v13a1 1 0 0 1-1 1h-6a3 3 0 0 0-3 3 3 3 0 0 0-3-3z",
  app: "M6 5v14M10.5 5v14M15 5v14M19.5 5v14M3 16 22 8",
  dashboard: "M3 3h7v9H3zM14 3h7v5h-7zM14 12h7v9h-7zM3 16h7v5H3z",
  discover: "M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20zM16.2 7.8l-2.1 6.3-6.3 2.1 2.1-6.3z",
};

export interface PlaceList {
  /** Rows stay in place, so that a press or a focus is not lost while numbers change. */
  show(state: { placeId: string; onTeam: boolean; unread: ReadonlyMap<string, number> }): void;
}

/** The community's places as Whop lists them, with how many messages each has got since it was last looked at. */
export function createPlaceList(places: readonly Place[], choose: (placeId: string) => void): PlaceList {
  const rows = places.map((place) => {
    const { id, name, kind } = place;
    const count = element("span", { class: "unread" });
    const button = element(
      "button",
      { type: "button", "data-place": id },
      icon(ICONS[kind]),
      element("span", {}, name),
      count,
    );
    button.addEventListener("click", () => choose(id));
    return { place, button, count, item: element("li", {}, button) };
  });
  byId("place-list").replaceChildren(...rows.map(({ item }) => item));
  return {
    show: ({ placeId, onTeam, unread }) => {
      for (const { place, button, count, item } of rows) {
        item.hidden = place.isForTeam && !onTeam;
        if (place.id === placeId) button.setAttribute("aria-current", "page");
        else button.removeAttribute("aria-current");
        const messages = unread.get(place.id) ?? 0;
        count.textContent = messages === 0 ? "" : messages > 99 ? "99+" : String(messages);
      }
    },
  };
}
