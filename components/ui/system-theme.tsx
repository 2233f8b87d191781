"use client";

import { useLayoutEffect } from "react";

/**
 * Follows the reader's system where no theme class is set: where React had to build the whole page anew in the browser (an
 * error page), the layout's own script has not run.
 */
export function SystemTheme() {
  useLayoutEffect(() => {
    const classes = document.documentElement.classList;
    if (classes.contains("dark") || classes.contains("light")) return;
    classes.add(matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light");
  }, []);
  return null;
}
