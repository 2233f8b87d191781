"use client";

import { type FocusEvent, useState } from "react";

/** Whether a finger or the keyboard's focus is on an element; give it the handlers. */
export function useHold() {
  const [isTouched, setIsTouched] = useState(false);
  const [isFocused, setIsFocused] = useState(false);
  return {
    isHeld: isTouched || isFocused,
    handlers: {
      onTouchStart: () => setIsTouched(true),
      onTouchEnd: () => setIsTouched(false),
      onTouchCancel: () => setIsTouched(false),
      // A click of the mouse focuses as well, and means nothing for what comes after it.
      onFocus: (event: FocusEvent) => setIsFocused(event.target.matches(":focus-visible")),
      onBlur: () => setIsFocused(false),
    },
  };
}
