import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, type Page, test } from "@playwright/test";
import axe from "axe-core";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const PAGES = { "the start page": "/", "a page that is not there": "/no/such/page" };

/** What axe calls serious or worse. */
async function seriousProblems(page: Page): Promise<string[]> {
  // The page's own policy forbids scripts that it did not send; the inspector's way in is not one.
  await page.evaluate(axe.source);
  const results = await page.evaluate(() => (window as unknown as { axe: typeof axe }).axe.run()); // put there just now
  return results.violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .map(({ id, nodes }) => `${id}: ${nodes.map(({ target }) => target.join(" ")).join(", ")}`);
}

for (const [name, path] of Object.entries(PAGES)) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of ["light", "dark"] as const) {
      test(`${name} reads well on a ${size} in ${colorScheme}`, async ({ browser }) => {
        const page = await browser.newPage({ viewport, colorScheme });
        const complaints: string[] = [];
        page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
        page.on("pageerror", (error) => complaints.push(error.message));
        const response = await page.goto(`${stack().addresses.appUrl}${path}`);

        await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
        expect(await seriousProblems(page)).toEqual([]);
        const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
        expect(overflow).toBeLessThanOrEqual(0);
        // A page that is not there answers 404, and the browser says so itself.
        expect(complaints.filter((text) => response?.status() === 200 || !text.includes("404"))).toEqual([]);
        await page.close();
      });
    }
  }
}

test("a page that is not there leads back by keyboard alone", async ({ page }) => {
  await page.goto(`${stack().addresses.appUrl}/no/such/page`);
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");

  await expect(page).toHaveURL(`${stack().addresses.appUrl}/`);
});

test("only the hosts of WHOP_FRAME_ANCESTORS may frame a page", async ({ page }) => {
  const { appUrl, whopUrl } = stack().addresses;
  const stranger = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end(`<iframe src="${appUrl}/"></iframe>`);
  });
  await new Promise<void>((resolve) => stranger.listen(0, "127.0.0.1", resolve));
  const { port } = stranger.address() as AddressInfo; // it listens on a port

  await page.goto(`http://127.0.0.1:${port}/`);
  const framed = await page.locator("iframe").elementHandle();
  await expect.poll(async () => (await framed?.contentFrame())?.url()).toContain("chrome-error:");
  stranger.close();

  const { headers } = await fetch(`${appUrl}/`);
  expect(headers.get("content-security-policy")).toContain(`frame-ancestors ${new URL(whopUrl).origin}`);
});
