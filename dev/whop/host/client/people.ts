import type { Person } from "../people";
import { avatar, byId, element } from "./dom";

export interface PeopleList {
  /** Rows stay in place while what they say changes. */
  show(people: readonly Person[], userId: string): void;
}

/** Whom one can be. */
export function createPeopleList(choose: (userId: string) => void): PeopleList {
  const rows = new Map<string, { item: HTMLElement; button: HTMLElement; standing: HTMLElement }>();

  function rowOf({ id, name, picture }: Person) {
    const standing = element("span", { class: "standing" });
    const label = element("span", { class: "name" }, name);
    const button = element("button", { type: "button", "data-user": id }, avatar(picture, name), label, standing);
    button.addEventListener("click", () => choose(id));
    const row = { item: element("li", {}, button), button, standing };
    rows.set(id, row);
    byId("people").append(row.item);
    return row;
  }

  return {
    show: (people, userId) => {
      for (const person of people) {
        const { button, standing } = rows.get(person.id) ?? rowOf(person);
        button.setAttribute("aria-pressed", String(person.id === userId));
        if (standing.textContent !== person.standing) standing.textContent = person.standing;
      }
      for (const [id, { item }] of rows) item.hidden = !people.some((person) => person.id === id);
    },
  };
}
