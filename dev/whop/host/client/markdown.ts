export type Piece =
  | { kind: "text"; text: string }
  | { kind: "bold"; text: string }
  | { kind: "link"; url: string }
  | { kind: "break" };

/** An escaped sign, something bold, an address, a line break. */
const MARKED = /\\([!-/:-@[-`{-~])|\*\*((?:\\.|[^\\*])+)\*\*|(https?:\/\/[^\s<>]*[^\s<>.,:;!?)'"])|( *\n)/g;

/** Of Whop's Markdown what is met in chats here; everything else is text. */
export function piecesOf(markdown: string): Piece[] {
  const pieces: Piece[] = [];
  const say = (text: string) => {
    const last = pieces.at(-1);
    if (last?.kind === "text") last.text += text;
    else if (text !== "") pieces.push({ kind: "text", text });
  };
  let from = 0;
  for (const match of markdown.matchAll(MARKED)) {
    const [whole, escaped, bold, url] = match;
    say(markdown.slice(from, match.index));
    from = match.index + whole.length;
    if (escaped !== undefined) say(escaped);
    else if (bold !== undefined) pieces.push({ kind: "bold", text: plain(bold) });
    else if (url !== undefined) pieces.push({ kind: "link", url });
    else pieces.push({ kind: "break" });
  }
  say(markdown.slice(from));
  return pieces;
}

/** In one line, without what formats. */
export function plain(markdown: string): string {
  return piecesOf(markdown)
    .map((piece) => (piece.kind === "link" ? piece.url : piece.kind === "break" ? " " : piece.text))
    .join("");
}
