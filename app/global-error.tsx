"use client";

/** Shown when the layout itself fails: plain HTML with its own styles, because nothing else can be relied on. */
export default function GlobalError() {
  return (
    <html lang="en">
      <head>
        <title>WEE5</title>
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <style>
          {
            ":root{color-scheme:light dark}body{font:16px/24px system-ui,sans-serif;max-width:32rem;margin:20vh auto;padding:16px}a{color:inherit;display:inline-block;padding:8px 0}"
          }
        </style>
      </head>
      <body>
        <main>
          <h1>This page did not load</h1>
          <p>Your XP is safe: everything you do is still being counted.</p>
          <a href="/">Go to the start page</a>
        </main>
      </body>
    </html>
  );
}
