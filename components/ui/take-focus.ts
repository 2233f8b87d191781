/** As a `ref`: what the reader has just asked for, or comes back to, has the focus as soon as it is there. */
export function takeFocus(element: HTMLElement | null): void {
  element?.focus();
}
