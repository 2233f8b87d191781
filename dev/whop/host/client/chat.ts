import type { ChatView } from "../live";
import { ask } from "./ask";
import { avatar, byId, clock, element } from "./dom";
import { formatted } from "./formatted";
import { plain } from "./markdown";

const SHOWN = 60;
const EMOJI: Record<string, string> = {
  ":heart:": "❤️",
  ":fire:": "🔥",
  ":joy:": "😂",
  ":rocket:": "🚀",
  ":clap:": "👏",
  ":eyes:": "👀",
};
const OFFERED = [":heart:", ":fire:", ":clap:"];

export interface Chat {
  /** Loads a channel by its experience; null shows none. */
  show(experienceId: string | null): Promise<void>;
  /** A message that was written or has got a reaction. */
  take(message: ChatView): void;
  /** A message that was deleted. */
  drop(messageId: string): void;
  /** Who reacts from now on. */
  setReader(userId: string, mayReact: boolean): void;
}

/** The messages of one channel, with reactions that the reader can give and take back. */
export function createChat(): Chat {
  const list = byId("chat-messages");
  let shownId: string | null = null;
  let reader = { userId: "", mayReact: false };
  let messages: ChatView[] = [];

  function row(message: ChatView): HTMLElement {
    const name = message.user.name ?? message.user.username;
    return element(
      "li",
      { "data-message": message.id },
      avatar(message.picture, name),
      element(
        "div",
        {},
        ...replyLine(message),
        element("p", {}, element("span", { class: "who" }, name), element("time", {}, clock(message.created_at))),
        element("p", { class: "content" }, ...formatted(message.content)),
        reactionsOf(message),
      ),
    );
  }

  function replyLine({ replyingTo }: ChatView): HTMLElement[] {
    if (replyingTo === null) return [];
    const name = element("span", { class: "who" }, replyingTo.name);
    return [element("p", { class: "replying" }, "Replying to ", name, " ", plain(replyingTo.content))];
  }

  /** Those given stand below the message; those on offer beside it, for who points at it or comes by keyboard. */
  function reactionsOf(message: ChatView): HTMLElement {
    const given = [...new Set(message.reactions.map(({ emoji }) => emoji))];
    const offered = OFFERED.filter((emoji) => !given.includes(emoji));
    const offers = offered.map((emoji) => buttonOf(message, emoji));
    if (message.user.id === reader.userId) offers.push(deleteButton(message));
    return element(
      "div",
      {},
      element("div", { class: "reactions" }, ...given.map((emoji) => buttonOf(message, emoji))),
      element("div", { class: "reactions offered" }, ...offers),
    );
  }

  /** For one's own. */
  function deleteButton({ id }: ChatView): HTMLElement {
    const button = element("button", { type: "button", "aria-label": "Delete the message" }, "Delete");
    button.addEventListener("click", () => void ask("POST", "/deletions", { id }));
    return button;
  }

  function buttonOf(message: ChatView, emoji: string): HTMLElement {
    const who = message.reactions.filter((one) => one.emoji === emoji);
    const isMine = who.some(({ userId }) => userId === reader.userId);
    const name = emoji.replaceAll(":", "").replaceAll("_", " ");
    const attributes = {
      type: "button",
      "aria-pressed": String(isMine),
      "aria-label": who.length === 0 ? `React with ${name}` : `${name}, ${who.length}`,
      "data-emoji": emoji,
      disabled: !reader.mayReact,
    };
    const button = element("button", attributes, EMOJI[emoji] ?? emoji);
    if (who.length > 0) button.append(element("span", {}, String(who.length)));
    button.addEventListener("click", () => {
      const body = { userId: reader.userId, messageId: message.id, emoji };
      void ask(isMine ? "DELETE" : "POST", "/reactions", body);
    });
    return button;
  }

  function render(): void {
    list.replaceChildren(...messages.map(row));
    if (messages.length === 0) {
      list.append(element("li", { class: "empty" }, "Nothing has been said here yet."));
    }
    list.scrollTop = list.scrollHeight;
  }

  function replace(message: ChatView): boolean {
    const index = messages.findIndex(({ id }) => id === message.id);
    if (index < 0) return false;
    messages[index] = message;
    const old = list.querySelector(`[data-message="${CSS.escape(message.id)}"]`);
    const emoji = old?.contains(document.activeElement) && document.activeElement?.getAttribute("data-emoji");
    const made = row(message);
    old?.replaceWith(made);
    if (emoji) made.querySelector<HTMLElement>(`[data-emoji="${CSS.escape(emoji)}"]`)?.focus();
    return true;
  }

  return {
    show: async (experienceId) => {
      shownId = experienceId;
      messages = [];
      list.replaceChildren();
      if (experienceId === null) return;
      const loaded = await ask("GET", `/messages?channelId=${encodeURIComponent(experienceId)}`);
      if (shownId !== experienceId) return;
      ({ messages } = loaded as { messages: ChatView[] }); // as control.ts answers
      render();
    },
    take: (message) => {
      if (message.experienceId !== shownId || replace(message)) return;
      const isAtEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 80;
      if (messages.length === 0) list.replaceChildren();
      messages.push(message);
      list.append(row(message));
      if (messages.length > SHOWN && isAtEnd) {
        messages.shift();
        list.firstElementChild?.remove();
      }
      if (isAtEnd) list.scrollTop = list.scrollHeight;
    },
    drop: (messageId) => {
      messages = messages.filter(({ id }) => id !== messageId);
      list.querySelector(`[data-message="${CSS.escape(messageId)}"]`)?.remove();
    },
    setReader: (userId, mayReact) => {
      if (reader.userId === userId && reader.mayReact === mayReact) return;
      reader = { userId, mayReact };
      if (shownId !== null) render();
    },
  };
}
