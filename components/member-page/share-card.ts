/** What became of it: "link" where the address could be neither shared nor copied. */
export type Shared = "shared" | "copied" | "cancelled" | "link";

/** Hands an address to the phone's share sheet, else to the clipboard. Frames may be allowed neither. */
export async function shareAddress(url: string, title: string): Promise<Shared> {
  if (typeof navigator.share === "function") {
    const outcome = await navigator.share({ url, title }).then(() => "shared" as const, whyNotShared);
    if (outcome !== "forbidden") return outcome;
  }
  const copying = navigator.clipboard?.writeText(url) ?? Promise.reject(new Error("There is no clipboard."));
  return copying.then(
    () => "copied" as const,
    () => "link" as const,
  );
}

function whyNotShared(cause: unknown): "cancelled" | "forbidden" {
  return cause instanceof DOMException && cause.name === "AbortError" ? "cancelled" : "forbidden";
}
