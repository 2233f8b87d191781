type Reader = {
  reducedMotion?: boolean;
  /** Pixels. */
  width?: number;
};

/** jsdom has no media queries: the reader's wishes and screen, as a browser would answer for them. */
export function readerHas({ reducedMotion = false, width = 390 }: Reader) {
  window.matchMedia = (query) => {
    const minWidth = /min-width: (\d+)px/.exec(query)?.[1];
    const matches = minWidth ? width >= Number(minWidth) : query.includes("reduced-motion") && reducedMotion;
    // The parts of a MediaQueryList that are read.
    return {
      matches,
      addEventListener: () => undefined,
      removeEventListener: () => undefined,
    } as unknown as MediaQueryList;
  };
}
