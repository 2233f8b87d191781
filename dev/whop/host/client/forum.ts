import type { PostView } from "../forum";
import type { Person } from "../people";
import { ask } from "./ask";
import { avatar, byId, clock, element } from "./dom";

export interface Forum {
  /** Loads a forum by its experience; null shows none. */
  show(experienceId: string | null): Promise<void>;
  /** Something in a forum is not as it was. */
  changed(experienceId: string): Promise<void>;
  /** Who writes, likes and deletes from now on. */
  setReader(person: Person | undefined): void;
}

/** The posts of one forum with their comments. The app is not told of any of it: it has to look. */
export function createForum(): Forum {
  const list = byId("posts");
  const form = byId<HTMLFormElement>("new-post");
  const input = byId<HTMLTextAreaElement>("post-text");
  const note = byId("post-note");
  const comment = commentForm();
  let shownId: string | null = null;
  let commentingOn: string | null = null;
  let reader: Person | undefined;
  let posts: PostView[] = [];

  function write(text: string, parentId?: string): Promise<unknown> {
    return ask("POST", "/posts", { userId: reader?.id, experienceId: shownId, content: text, parentId });
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (text === "" || !reader?.hasAccess) return;
    const failed = await trouble(write(text));
    if (!failed) input.value = "";
    note.textContent = failed ?? "";
  });

  comment.form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const text = comment.input.value.trim();
    if (text === "" || commentingOn === null) return;
    note.textContent = (await trouble(write(text, commentingOn))) ?? "";
    comment.input.value = "";
    commentOn(null);
  });

  /** One form for all posts: it stands below the one that is commented on. */
  function commentOn(postId: string | null): void {
    commentingOn = postId;
    render();
    if (postId !== null) comment.input.focus();
  }

  function row(post: PostView): HTMLElement {
    const { id, author, at, title, content, isPinned, comments } = post;
    const badge = isPinned ? [element("span", { class: "badge" }, "Pinned")] : [];
    return element(
      "li",
      { "data-post": id },
      avatar(author.picture, author.name),
      element(
        "div",
        {},
        element("p", {}, element("span", { class: "who" }, author.name), element("time", {}, clock(at)), ...badge),
        ...(title === null ? [] : [element("h3", {}, title)]),
        element("p", { class: "content" }, content),
        actionsOf(post),
        ...(comments.length > 0 ? [element("ol", {}, ...comments.map(row))] : []),
        ...(commentingOn === id ? [comment.form] : []),
      ),
    );
  }

  function actionsOf({ id, author, likedBy }: PostView): HTMLElement {
    const userId = reader?.id ?? "";
    const isLiked = likedBy.includes(userId);
    const like = action(`Like${likedBy.length > 0 ? ` ${likedBy.length}` : ""}`, () =>
      ask(isLiked ? "DELETE" : "POST", "/reactions", { userId, messageId: id }),
    );
    like.setAttribute("aria-pressed", String(isLiked));
    const answer = action("Comment", () => commentOn(commentingOn === id ? null : id));
    const own = author.id === userId ? [action("Delete", () => ask("POST", "/deletions", { id }))] : [];
    return element("div", { class: "reactions" }, like, answer, ...own);
  }

  function action(words: string, does: () => unknown): HTMLButtonElement {
    const button = element("button", { type: "button", disabled: !reader?.hasAccess }, words);
    button.addEventListener("click", () => void does());
    return button;
  }

  function render(): void {
    const isWriting = document.activeElement === comment.input;
    list.replaceChildren(...posts.map(row));
    if (posts.length === 0) list.append(element("li", { class: "empty" }, "Nothing has been posted here yet."));
    if (isWriting) comment.input.focus();
  }

  async function load(): Promise<void> {
    const experienceId = shownId;
    if (experienceId === null) return;
    const loaded = await ask("GET", `/posts?experienceId=${encodeURIComponent(experienceId)}`);
    if (shownId !== experienceId) return;
    ({ posts } = loaded as { posts: PostView[] }); // as control-community.ts answers
    render();
  }

  return {
    show: async (experienceId) => {
      shownId = experienceId;
      commentingOn = null;
      posts = [];
      list.replaceChildren();
      await load();
    },
    changed: async (experienceId) => {
      if (experienceId === shownId) await load();
    },
    setReader: (person) => {
      const isSame = person?.id === reader?.id && person?.hasAccess === reader?.hasAccess;
      reader = person;
      if (isSame) return;
      byId("post-label").textContent = person ? `Post as ${person.name.split(" ")[0]}` : "Post";
      for (const control of form.querySelectorAll<HTMLTextAreaElement | HTMLButtonElement>("textarea, button")) {
        control.disabled = !person?.hasAccess;
      }
      if (shownId !== null) render();
    },
  };
}

function commentForm() {
  const input = element("input", { name: "text", autocomplete: "off", maxlength: "2000", "aria-label": "Comment" });
  const send = element("button", { type: "submit", class: "chip" }, "Send");
  return { form: element("form", { class: "comment" }, input, send), input };
}

/** What went wrong, in words; undefined when nothing did. */
async function trouble(work: Promise<unknown>): Promise<string | undefined> {
  try {
    await work;
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
