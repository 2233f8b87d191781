import { chromium, type Frame } from "@playwright/test";
import { startBareApp } from "@/bench/bare-app";
import type { Row } from "@/bench/row";
import { startSampleStack } from "@/bench/sample-stack";
import { findBrowser } from "@/scripts/find-browser";

const FIRST_KB = 230;
const ALL_KB = 300;
/** After which nothing more is loaded: what comes after hydration comes at once. */
const QUIET_MS = 6_000;

type Scripts = { firstKb: number; allKb: number };

/**
 * J: JavaScript of the member's page as it crosses the wire, in kB of 1,000 bytes: what is asked for before the page has been
 * hydrated, and all of it with what is loaded afterwards, in the frame and with a live connection.
 */
export async function measureScripts(): Promise<Row> {
  const stack = await startSampleStack();
  try {
    const bare = await startBareApp(stack.dataDir);
    try {
      const [own, framework] = [await scriptsOf(stack.addresses.frameUrl, "iframe"), await scriptsOf(bare.url)];
      return {
        row: "J",
        what: "member page: JavaScript before it can be used, and in all, gzip",
        figure: `${Math.round(own.firstKb)} kB and ${Math.round(own.allKb)} kB`,
        yardstick: `a bare Next page ${Math.round(framework.firstKb)} kB`,
        ratio: own.firstKb / framework.firstKb,
        bar: `≤ ${FIRST_KB} kB and ≤ ${ALL_KB} kB`,
        ok: own.firstKb <= FIRST_KB && own.allKb <= ALL_KB,
        figures: { firstKb: own.firstKb, allKb: own.allKb, bareKb: framework.firstKb },
      };
    } finally {
      await bare.stop();
    }
  } finally {
    await stack.stop();
  }
}

async function scriptsOf(url: string, inside?: "iframe"): Promise<Scripts> {
  const browser = await chromium.launch({ executablePath: findBrowser(() => undefined), args: ["--no-sandbox"] });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
    await page.addInitScript(noteHydration);
    await page.goto(url, { waitUntil: "load" });
    const element = inside && (await page.waitForSelector(inside));
    const frame = (await element?.contentFrame()) ?? page.mainFrame();
    await frame.waitForFunction(() => "wee5HydratedAt" in window, undefined, { timeout: 30_000 });
    await page.waitForTimeout(QUIET_MS);
    return await countScripts(frame);
  } finally {
    await browser.close();
  }
}

/**
 * Runs in each document before its own scripts: React marks an element's node when it has taken it over. Without names of its
 * own, for which the compiler would add a helper that the page lacks.
 */
function noteHydration(): void {
  setInterval(() => {
    const main = document.querySelector("main");
    if ("wee5HydratedAt" in window || main === null) return;
    const isTaken = Object.keys(main).some((key) => key.startsWith("__reactFiber$"));
    if (isTaken) Object.assign(window, { wee5HydratedAt: performance.now() });
  }, 10);
}

async function countScripts(frame: Frame): Promise<Scripts> {
  const { hydratedAt, scripts } = await frame.evaluate(() => ({
    hydratedAt: (window as unknown as { wee5HydratedAt: number }).wee5HydratedAt, // put there above
    scripts: (performance.getEntriesByType("resource") as PerformanceResourceTiming[]) // what that type has
      .filter(({ name }) => new URL(name).pathname.endsWith(".js"))
      .map(({ startTime, encodedBodySize }) => ({ startTime, encodedBodySize })),
  }));
  const kb = (some: typeof scripts) => some.reduce((sum, { encodedBodySize }) => sum + encodedBodySize, 0) / 1000;
  return { firstKb: kb(scripts.filter(({ startTime }) => startTime < hydratedAt)), allKb: kb(scripts) };
}
