import type { Person } from "../people";
import { ask } from "./ask";
import { byId, clock, element } from "./dom";

interface Lesson {
  lesson: { id: string };
  created_at: string;
}

export interface Course {
  /** Shows what the reader has finished of a course; null shows none. */
  show(experienceId: string | null): Promise<void>;
  setReader(person: Person | undefined): void;
}

/** A course of as many lessons as are finished, and one more. The app is told of each by webhook. */
export function createCourse(): Course {
  const list = byId("lessons");
  const button = byId<HTMLButtonElement>("finish-lesson");
  const note = byId("course-note");
  let shownId: string | null = null;
  let reader: Person | undefined;

  async function load(): Promise<void> {
    const [experienceId, userId] = [shownId, reader?.id];
    if (experienceId === null || userId === undefined) return;
    const query = new URLSearchParams({ experienceId, userId });
    const { lessons } = (await ask("GET", `/lessons?${query}`)) as { lessons: Lesson[] }; // as control-community.ts answers
    if (shownId !== experienceId || reader?.id !== userId) return;
    const rows = lessons.map(({ created_at }, index) =>
      element("li", {}, element("span", {}, `Lesson ${index + 1}`), element("time", {}, clock(created_at))),
    );
    const none = element("li", { class: "empty" }, `${reader.name} has not finished a lesson yet.`);
    list.replaceChildren(...(rows.length > 0 ? rows.toReversed() : [none]));
  }

  button.addEventListener("click", async () => {
    try {
      await ask("POST", "/lessons", { userId: reader?.id, experienceId: shownId });
      note.textContent = "";
      await load();
    } catch (error) {
      note.textContent = error instanceof Error ? error.message : String(error);
    }
  });

  return {
    show: async (experienceId) => {
      shownId = experienceId;
      list.replaceChildren();
      await load();
    },
    setReader: (person) => {
      const isSame = person?.id === reader?.id;
      reader = person;
      button.disabled = !person?.hasAccess;
      if (!isSame) void load();
    },
  };
}
