"use client";

import { Button } from "frosted-ui";
import { Check, Copy } from "lucide-react";
import { useEffect, useRef, useState } from "react";

type CopyCodeProps = {
  code: string;
  /** What it is for. */
  children: string;
};

const COPIED_MS = 3_000;

/** A promo code, whole, to be copied. */
export function CopyCode({ code, children }: CopyCodeProps) {
  const text = useRef<HTMLElement>(null);
  const [state, setState] = useState<"idle" | "copied" | "by hand">("idle");

  useEffect(() => {
    if (state !== "copied") return;
    const timer = setTimeout(() => setState("idle"), COPIED_MS);
    return () => clearTimeout(timer);
  }, [state]);

  async function copy() {
    // Frames may not be allowed to write to the clipboard: then the code is marked, ready to be copied by hand.
    const copying = navigator.clipboard?.writeText(code) ?? Promise.reject(new Error("There is no clipboard."));
    await copying.then(
      () => setState("copied"),
      () => {
        if (text.current) window.getSelection()?.selectAllChildren(text.current);
        setState("by hand");
      },
    );
  }

  const isCopied = state === "copied";
  return (
    <div className="mt-2 flex flex-col gap-1.5 rounded-[10px] bg-(--gray-a3) px-3 py-2">
      <div className="flex flex-wrap items-center justify-between gap-x-3 gap-y-1.5">
        <code ref={text} className="select-all break-all font-medium font-mono text-(--gray-12) text-[14px]/5">
          {code}
        </code>
        <Button size="2" variant="surface" color="gray" highContrast onClick={copy}>
          {isCopied ? <Check size={14} aria-hidden="true" /> : <Copy size={14} aria-hidden="true" />}
          {isCopied ? "Copied" : "Copy code"}
        </Button>
      </div>
      <p className="text-(--gray-11) text-[12px]/4">{children}</p>
      <p role="status" className={state === "by hand" ? "text-(--gray-12) text-[12px]/4" : "sr-only"}>
        {isCopied && "Code copied"}
        {state === "by hand" && "Marked: copy it from here."}
      </p>
    </div>
  );
}
