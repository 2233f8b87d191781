import { byId } from "./dom";

const DRAWERS = [
  { button: "open-places", drawer: "places" },
  { button: "open-controls", drawer: "controls" },
] as const;

/** On a narrow screen places and controls stand behind a button each. Escape and a second press close them. */
export function startDrawers(): { close(): void } {
  function set(open: string | null): void {
    for (const { button, drawer } of DRAWERS) {
      byId(drawer).classList.toggle("open", drawer === open);
      byId(button).setAttribute("aria-expanded", String(drawer === open));
    }
    document.querySelector("main")?.toggleAttribute("inert", open !== null);
  }
  for (const { button, drawer } of DRAWERS) {
    byId(button).addEventListener("click", () => set(byId(drawer).classList.contains("open") ? null : drawer));
  }
  document.addEventListener("keydown", ({ key }) => {
    const open = DRAWERS.find(({ drawer }) => byId(drawer).classList.contains("open"));
    if (key !== "Escape" || !open) return;
    set(null);
    byId(open.button).focus();
  });
  return { close: () => set(null) };
}
