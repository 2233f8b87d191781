import type { Person } from "../people";
import { ask } from "./ask";
import { byId } from "./dom";

export interface Composer {
  /** Who writes, and in which chat. */
  show(person: Person | undefined, place: { id: string; name: string } | undefined): void;
}

/** Writes a message as the chosen person. The simulator tells the app of it by a webhook like any other. */
export function createComposer(): Composer {
  const form = byId<HTMLFormElement>("composer");
  const input = byId<HTMLInputElement>("text");
  const note = byId("composer-note");
  let author: Person | undefined;
  let channel: { id: string; name: string } | undefined;

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const content = input.value.trim();
    if (content === "" || !author || !channel) return;
    try {
      await ask("POST", "/messages", { userId: author.id, experienceId: channel.id, content });
      input.value = "";
      note.textContent = "";
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  });

  return {
    show: (person, place) => {
      author = person;
      channel = place;
      const first = person?.name.split(" ")[0] ?? "nobody";
      byId("composer-label").textContent = place ? `Write as ${first} in ${place.name}` : `Write as ${first}`;
      const may = person?.hasAccess === true && place !== undefined;
      for (const control of form.querySelectorAll<HTMLInputElement | HTMLButtonElement>("input, button")) {
        control.disabled = !may;
      }
      const why = person && !person.hasAccess ? `${first} is no longer a member and cannot write here.` : "";
      if (note.textContent !== why) note.textContent = why;
    },
  };
}
