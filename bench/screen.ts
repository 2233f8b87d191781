import { setTimeout as sleep } from "node:timers/promises";
import { chromium, type Page } from "@playwright/test";
import { memberPage, type SampleStack } from "@/bench/sample-stack";
import { findBrowser } from "@/scripts/find-browser";

export type Screen = {
  /** The members whom nobody watches here. */
  left: string[];
  /**
   * Once a second lets the first on the board and the viewer earn, in turns, and looks when it shows.
   * @returns milliseconds from sending to showing.
   */
  watch(seconds: number, earn: (userId: string) => Promise<number>): Promise<{ others: number[]; own: number[] }>;
  close(): Promise<void>;
};

const SHOWS_WITHIN_MS = 10_000;

/** A real page of a member, without the motion that lets numbers run. */
export async function openScreen(stack: SampleStack, members: readonly { user_id: string }[]): Promise<Screen> {
  const viewer = stack.addresses.memberUserId;
  const first = members[0]?.user_id ?? "";
  const browser = await chromium.launch({ executablePath: findBrowser(() => undefined), args: ["--no-sandbox"] });
  const page = await browser.newPage({
    viewport: { width: 1280, height: 900 },
    reducedMotion: "reduce",
    locale: "en-US",
  });
  await page.goto(memberPage(stack));
  await page.getByRole("heading", { name: "Leaderboard" }).waitFor();
  return {
    left: members.map(({ user_id }) => user_id).filter((userId) => userId !== viewer && userId !== first),
    async watch(seconds, earn) {
      const seen = { others: [] as number[], own: [] as number[] };
      for (let second = 0; second < seconds; second += 1) {
        const isOwn = second % 2 === 1;
        const began = performance.now();
        const xp = await earn(isOwn ? viewer : first);
        await untilShown(page, xp);
        (isOwn ? seen.own : seen.others).push(performance.now() - began);
        await sleep(Math.max(0, 1000 - (performance.now() - began)));
      }
      return seen;
    },
    close: () => browser.close(),
  };
}

async function untilShown(page: Page, xp: number): Promise<void> {
  const text = new Intl.NumberFormat("en-US").format(xp);
  await page.waitForFunction((shown) => document.querySelector("main")?.textContent?.includes(shown), text, {
    polling: "raf",
    timeout: SHOWS_WITHIN_MS,
  });
}
