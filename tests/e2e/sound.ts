import { expect, type Page } from "@playwright/test";
import axe from "axe-core";

/** What axe calls serious or worse. @param leftOut a selector of what is looked at elsewhere, such as a frame. */
export async function seriousProblems(page: Page, leftOut?: string): Promise<string[]> {
  // The page's own policy forbids scripts that it did not send; the inspector's way in is not one.
  await page.evaluate(axe.source);
  return page.evaluate(async (exclude) => {
    const { axe: tool } = window as unknown as { axe: typeof axe }; // put there just now
    const { violations } = await tool.run(exclude ? { exclude: [exclude] } : document, {
      iframes: exclude === undefined,
    });
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
  }, leftOut);
}

/** Nothing serious for axe, nothing beside the screen. */
export async function expectSound(page: Page): Promise<void> {
  expect(await seriousProblems(page)).toEqual([]);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
}
