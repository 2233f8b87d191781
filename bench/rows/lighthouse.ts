import { chromium } from "@playwright/test";
import { startBareApp } from "@/bench/bare-app";
import { inTurns, median, type Row, ratioOf } from "@/bench/row";
import type { Bench } from "@/bench/rows/bench";
import { memberPage, startSampleStack } from "@/bench/sample-stack";
import { freePort } from "@/dev/free-port";
import { findBrowser } from "@/scripts/find-browser";

const BAR = 0.9;

/** K: Lighthouse's performance score (0 to 100) of the member's page on a simulated phone, held against a bare Next page's. */
export async function measureLighthouse({ quick }: Bench): Promise<Row> {
  const stack = await startSampleStack();
  try {
    const bare = await startBareApp(stack.dataDir);
    try {
      const sides = { own: () => scoreOf(memberPage(stack)), bare: () => scoreOf(bare.url) };
      const scores = await inTurns(quick ? 1 : 5, sides);
      const ratio = ratioOf(scores.own, scores.bare);
      return {
        row: "K",
        what: "member page, Lighthouse's performance on a phone",
        figure: `${Math.round(median(scores.own))} of 100`,
        yardstick: `a bare Next page ${Math.round(median(scores.bare))}`,
        ratio,
        bar: `≥ ${BAR}`,
        ok: ratio >= BAR,
        figures: { own: median(scores.own), bare: median(scores.bare), ratio },
      };
    } finally {
      await bare.stop();
    }
  } finally {
    await stack.stop();
  }
}

/** Each time a browser of its own, so that nothing is in a cache. */
async function scoreOf(url: string): Promise<number> {
  const port = await freePort();
  const args = ["--no-sandbox", `--remote-debugging-port=${port}`];
  const browser = await chromium.launch({ executablePath: findBrowser(() => undefined), args });
  try {
    const { default: lighthouse } = await import("lighthouse"); // an ES module, and only this row needs it
    const result = await lighthouse(url, { port, onlyCategories: ["performance"], logLevel: "silent" });
    const score = result?.lhr.categories.performance?.score;
    if (score === null || score === undefined) {
      throw new Error(`Lighthouse gave no score: ${result?.lhr.runtimeError?.message ?? "no reason given"}.`);
    }
    return score * 100;
  } finally {
    await browser.close();
  }
}
