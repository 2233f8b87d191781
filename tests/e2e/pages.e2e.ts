import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test } from "@playwright/test";
import { expectSound } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 800 } };
const PAGES = {
  "the start page": "/",
  "the page in Whop's app store": "/discover",
  "the terms": "/terms",
  "the privacy page": "/privacy",
  "a page that is not there": "/no/such/page",
};

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
        await expectSound(page);
        // A page that is not there answers 404, and the browser says so itself.
        expect(complaints.filter((text) => response?.status() === 200 || !text.includes("404"))).toEqual([]);
        await page.close();
      });
    }
  }
}

test("every link of the public pages leads to something that is there", async ({ request }) => {
  const { appUrl } = stack().addresses;
  const pages = new Map<string, string>();
  for (const path of ["/", "/discover", "/terms", "/privacy"]) {
    const answer = await request.get(`${appUrl}${path}`);
    expect(answer.status(), path).toBe(200);
    pages.set(path, await answer.text());
  }
  for (const [path, html] of pages) {
    const links = [...html.matchAll(/<a [^>]*href="([^"]*)"/g)].map(([, href]) => href ?? "");
    expect(links.length).toBeGreaterThan(5);
    for (const link of links) {
      const url = new URL(link, `${appUrl}${path}`);
      if (url.origin !== appUrl) expect(link).toMatch(/^https:\/\/whop\.com\/apps\/app_\w+\/install$/);
      else expect(pages.get(url.pathname), link).toContain(url.hash && `id="${url.hash.slice(1)}"`);
    }
  }
});

test("without scripts the public pages say all they have to say", async ({ browser }) => {
  const context = await browser.newContext({ javaScriptEnabled: false, viewport: SIZES.phone });
  const page = await context.newPage();
  await page.goto(`${stack().addresses.appUrl}/`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Every message counts. Once.");
  await expect(page.getByText("258 XP to level 9").first()).toBeVisible();
  await expect(page.getByRole("link", { name: "Install on Whop" }).first()).toHaveAttribute(
    "href",
    /^https:\/\/whop\.com\/apps\//,
  );
  await page.getByText("What counts today?").click();
  await expect(page.getByText("Messages and reactions in your chats,")).toBeVisible();

  await page.getByRole("link", { name: "Privacy" }).click();
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Privacy");
  await context.close();
});

test("a creator reaches the board, the prices and the answers by keyboard alone", async ({ page }) => {
  await page.goto(`${stack().addresses.appUrl}/`);
  const board = page.getByRole("link", { name: "See a board" });
  for (
    let presses = 0;
    presses < 12 && !(await board.evaluate((link) => link === document.activeElement));
    presses += 1
  ) {
    await page.keyboard.press("Tab");
  }
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { name: "A board that everybody can follow" })).toBeInViewport();

  await page.locator("summary", { hasText: "What counts today?" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByText("Messages and reactions in your chats,")).toBeVisible();
});

test("the sample earns while it is looked at, and the page does not move under the reader", async ({ browser }) => {
  const page = await browser.newPage({ viewport: SIZES.phone, reducedMotion: "no-preference" });
  await page.addInitScript(() => {
    const shifts = { sum: 0 };
    Object.assign(window, { shifts });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.sum += (entry as unknown as { value: number }).value; // a layout-shift entry
    }).observe({ type: "layout-shift", buffered: true });
  });
  await page.goto(`${stack().addresses.appUrl}/`);
  const card = page.getByRole("figure");
  await card.scrollIntoViewIfNeeded();
  await expect(card).toContainText("238 XP to level 9", { timeout: 15_000 });
  await card.getByRole("button", { name: "Pause the sample" }).click();
  expect(await page.evaluate(() => (window as unknown as { shifts: { sum: number } }).shifts.sum)).toBeLessThan(0.01);
  await page.close();
});

test("search engines and other sites find what they may show, under the installation's own address", async ({
  request,
}) => {
  const { appUrl } = stack().addresses;
  const robots = await (await request.get(`${appUrl}/robots.txt`)).text();
  expect(robots).toContain(`Sitemap: ${appUrl}/sitemap.xml`);
  expect(robots).toContain("Disallow: /experiences/");
  const sitemap = await (await request.get(`${appUrl}/sitemap.xml`)).text();
  expect(sitemap).toContain(`<loc>${appUrl}/privacy</loc>`);

  const html = await (await request.get(`${appUrl}/discover`)).text();
  expect(html).toMatch(new RegExp(`<link rel="canonical" href="${appUrl}/?"/>`));
  const image = /<meta property="og:image" content="([^"]+)"/.exec(html)?.[1] ?? "";
  expect(image.startsWith(appUrl)).toBe(true);
  const picture = await request.get(image);
  expect(picture.headers()["content-type"]).toBe("image/png");
});

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
