/** The page's own element; it is in the HTML. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`There is no #${id} on the page.`);
  return element as T; // of the kind that page.ts wrote
}

type Attributes = Record<string, string | boolean | null>;

/** An element; attributes that are null or false are left out, and text is text. */
export function element<K extends keyof HTMLElementTagNameMap>(
  name: K,
  attributes: Attributes = {},
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== false) made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children);
  return made;
}

const SVG = "http://www.w3.org/2000/svg";

/** A line drawing of 24 by 24. */
export function icon(path: string): SVGElement {
  const drawing = document.createElementNS(SVG, "svg");
  const attributes = {
    viewBox: "0 0 24 24",
    width: "18",
    height: "18",
    fill: "none",
    stroke: "currentColor",
    "stroke-width": "2",
    "stroke-linecap": "round",
    "stroke-linejoin": "round",
    "aria-hidden": "true",
  };
  for (const [key, value] of Object.entries(attributes)) drawing.setAttribute(key, value);
  const line = document.createElementNS(SVG, "path");
  line.setAttribute("d", path);
  drawing.append(line);
  return drawing;
}

/** A person's picture, or the first letter where there is none. The name stands beside it. */
export function avatar(picture: string | null, name: string): HTMLElement {
  if (picture === null) return element("span", { class: "avatar", "aria-hidden": "true" }, [...name][0] ?? "");
  return element("img", { class: "avatar", src: picture, alt: "", width: "32", height: "32" });
}

/** Time of day in the reader's locale. */
export function clock(iso: string): string {
  return new Date(iso).toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
}
