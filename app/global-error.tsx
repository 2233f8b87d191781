"use client";

import { useState } from "react";
import { type Appearance, appearanceOfCookie } from "@/components/frame/appearance";

const STYLE = `
  :root { color-scheme: light dark }
  :root.light { color-scheme: light }
  :root.dark { color-scheme: dark }
  body { min-height: 100vh; margin: 0; padding: 16px; box-sizing: border-box; display: grid; place-content: center;
    text-align: center; font: 14px/20px system-ui, sans-serif }
  h1 { margin: 0 0 8px; font-size: 18px; line-height: 26px; font-weight: 600 }
  p { margin: 0 0 16px; max-width: 320px }
  button { padding: 10px 16px; margin: 0 0 16px; border: 0; border-radius: 8px; font: inherit; font-weight: 500; cursor: pointer;
    color: Canvas; background: CanvasText }
`;

/** Shown when the layout itself fails: plain HTML with its own styles, because nothing else can be relied on. */
export default function GlobalError({ error }: { error: unknown }) {
  const [appearance] = useState(knownAppearance);
  return (
    <html lang="en" className={appearance} suppressHydrationWarning>
      <head>
        <title>WEE5</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <style>{STYLE}</style>
      </head>
      <body>
        <main>
          <h1>This page did not load</h1>
          <p>Your XP is safe: everything you do is still being counted.</p>
          <button type="button" onClick={() => window.location.reload()}>
            Try again
          </button>
          {error instanceof Error && "digest" in error && (
            <p>If it goes on, send this to support: {String(error.digest)}</p>
          )}
        </main>
      </body>
    </html>
  );
}

/** What the page had before it failed, else what Whop has told; undefined on the server, and where the system decides. */
function knownAppearance(): Appearance | undefined {
  if (typeof document === "undefined") return undefined;
  const { classList } = document.documentElement;
  if (classList.contains("dark")) return "dark";
  if (classList.contains("light")) return "light";
  return appearanceOfCookie(/(?:^|; )whop-frosted-theme=([^;]*)/.exec(document.cookie)?.[1]);
}
