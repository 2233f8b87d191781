import { element } from "./dom";
import { piecesOf } from "./markdown";

const LONGEST = 60;

/** A message as Whop's chats show it. */
export function formatted(markdown: string): (Node | string)[] {
  return piecesOf(markdown).map((piece) => {
    if (piece.kind === "text") return piece.text;
    if (piece.kind === "bold") return element("strong", {}, piece.text);
    if (piece.kind === "break") return element("br");
    return element(
      "a",
      { href: piece.url, target: "_blank", rel: "noopener noreferrer", title: piece.url },
      short(piece.url),
    );
  });
}

/** Signed addresses are long, and their end tells nobody anything. */
const short = (url: string) => (url.length > LONGEST ? `${url.slice(0, LONGEST)}…` : url);
