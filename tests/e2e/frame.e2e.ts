import { type BrowserContext, expect, type Frame, type Page, test } from "@playwright/test";
import { seriousProblems } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

/** Opens the simulated Whop and notes what its pages complain about. */
async function openWhop(context: BrowserContext, query = ""): Promise<{ page: Page; complaints: string[] }> {
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${stack().addresses.frameUrl}${query}`);
  await expect(page.locator("#people button").first()).toBeAttached();
  return { page, complaints };
}

const appIn = (page: Page) => page.frameLocator("#app");
const calls = (page: Page) => page.getByRole("region", { name: "From the app" });
const webhooks = (page: Page) => page.getByRole("region", { name: "Webhooks" });
const person = (page: Page, standing: string | RegExp) =>
  page.getByRole("region", { name: "You are" }).getByRole("button", { name: standing });

/** The app's own window in the page. */
async function frameOf(page: Page): Promise<Frame> {
  const frame = await (await page.locator("#app").elementHandle())?.contentFrame();
  if (!frame) throw new Error("The page shows no app.");
  await frame.waitForLoadState();
  return frame;
}

type Me = { card: { name: string | null; progress: { xp: number; level: number; nextLevelAt: number } } };

/** The app's own answer, asked from inside of the frame. */
async function askApp<T>(page: Page, path: string): Promise<T> {
  const separator = path.includes("?") ? "&" : "?";
  const address = `${path}${separator}experienceId=${stack().addresses.experienceId}`;
  return (await frameOf(page)).evaluate(async (url) => (await fetch(url)).json(), address);
}

const me = async (page: Page) => (await askApp<Me>(page, "/api/me")).card;

/** The app has spoken with the page around it, `times` times anew. */
async function connected(page: Page, times = 1): Promise<void> {
  await expect(calls(page).getByText("onHrefChange")).toHaveCount(times);
}

/** Becomes somebody else once the app stands, and waits until it has connected anew: a page left while it streams complains. */
async function become(page: Page, standing: string | RegExp, before = 1): Promise<void> {
  await connected(page, before);
  await person(page, standing).first().click();
  await connected(page, before + 1);
}

test("whoever is chosen is whom the app sees: members, the team, and who has left", async ({ context }) => {
  const { page, complaints } = await openWhop(context);
  const chosen = page.getByRole("region", { name: "You are" }).getByRole("button", { pressed: true });
  const name = (await chosen.locator(".name").textContent()) ?? "";
  await expect(appIn(page).getByText(name).first()).toBeVisible();
  expect((await me(page)).name).toBe(name);

  await become(page, /No longer a member/);
  await expect(appIn(page).getByRole("heading", { level: 1 })).toContainText("Only for members");
  await expect(page.getByRole("textbox", { name: /^Write as/ })).toBeDisabled();
  await expect(page.getByRole("button", { name: "Dashboard" })).toBeHidden();

  await become(page, /Owner/, 2);
  await expect(page.getByRole("button", { name: "Dashboard" })).toBeVisible();
  await page.getByRole("button", { name: "Dashboard" }).click();
  await connected(page, 4);
  expect((await frameOf(page)).url()).toContain(`/dashboard/${stack().addresses.companyId}`);
  expect(complaints.filter((text) => !text.includes("status of 40"))).toEqual([]);
});

test("two tabs of one browser, and two browsers, are different members at once", async ({ context, browser }) => {
  const { page: first } = await openWhop(context);
  const { page: second } = await openWhop(context, `?user=${stack().addresses.adminUserId}`);
  const other = await browser.newContext();
  const { page: third } = await openWhop(other, `?user=${stack().addresses.moderatorUserId}`);
  const names = await Promise.all([first, second, third].map(async (page) => (await me(page)).name));
  expect(new Set(names).size).toBe(3);
  await other.close();
});

test("the theme reaches the app without a reload, and a reload begins with it", async ({ browser }) => {
  const context = await browser.newContext({ colorScheme: "light" });
  const { page, complaints } = await openWhop(context);
  await connected(page);
  const root = appIn(page).locator("html");
  await expect(root).toHaveClass(/light/);
  await (await frameOf(page)).evaluate(() => Object.assign(window, { same: true }));
  const themed = appIn(page).locator(".frosted-ui").first();
  await expect(themed).toHaveAttribute("data-accent-color", "orange");

  await page.getByLabel("Dark").check();
  await expect(root).toHaveClass("dark");
  expect(await (await frameOf(page)).evaluate(() => "same" in window)).toBe(true);
  await expect(themed).toHaveAttribute("data-accent-color", "orange");

  const answer = page.waitForResponse((response) => response.url().startsWith(stack().addresses.proxyUrl));
  await page.reload();
  expect(await (await answer).text()).toMatch(/<html[^>]* class="dark"/);
  await expect(root).toHaveClass("dark");
  expect(complaints).toEqual([]);
  await context.close();
});

test("a message from the chat box is a webhook, XP, and a line of the member's history", async ({ context }) => {
  const { page } = await openWhop(context);
  const before = (await me(page)).progress.xp;
  await page.getByRole("textbox", { name: "Write as" }).fill("The tilt-shift came out sharp");
  await page.getByRole("button", { name: "Send" }).click();

  await expect(webhooks(page).getByText("awarded, +20").first()).toBeVisible();
  await expect.poll(async () => (await me(page)).progress.xp).toBe(before + 20);
  const history = await askApp<{ entries: { action: string; xp: number }[] }>(page, "/api/history");
  expect(history.entries[0]).toMatchObject({ action: "message", xp: 20 });

  await page.getByRole("textbox", { name: "Write as" }).fill("And once more, too soon");
  await page.keyboard.press("Enter");
  await expect(
    webhooks(page)
      .getByText(/^cooldown, \d+ s left$/)
      .first(),
  ).toBeVisible();
});

test("a webhook that is made to come twice is shown as a retry that changes nothing", async ({ context }) => {
  const { page } = await openWhop(context, `?user=${stack().addresses.moderatorUserId}`);
  await page.getByRole("list", { name: "Its next webhook" }).getByRole("button", { name: "Twice" }).click();
  await expect(page.getByText("next webhook: twice")).toBeVisible();
  await page.getByRole("textbox", { name: "Write as" }).fill("Say it twice");
  await page.keyboard.press("Enter");
  await expect(webhooks(page).getByText("retry of the same: no change").first()).toBeVisible();
  await expect(page.getByText("next webhook: twice")).toBeHidden();
});

test("a chat shows what is said, and takes reactions that the app is told of", async ({ context }) => {
  const { page } = await openWhop(
    context,
    `?place=${stack().addresses.chatExperienceId}&user=${stack().addresses.adminUserId}`,
  );
  await page.getByRole("textbox", { name: /in General$/ }).fill("Who has a minute to look at this?");
  await page.keyboard.press("Enter");
  const message = page.getByRole("listitem").filter({ hasText: "Who has a minute" });
  await expect(message).toBeVisible();

  const another = page.getByRole("region", { name: "General" }).getByRole("listitem").first();
  await another.hover();
  await another.getByRole("button", { name: "React with clap" }).click();
  await expect(another.getByRole("button", { name: "clap, 1" })).toHaveAttribute("aria-pressed", "true");
  await expect(webhooks(page).getByText("chat.reaction.created").first()).toBeVisible();
  await another.getByRole("button", { name: "clap, 1" }).click();
  await expect(another.getByRole("button", { name: "clap, 1" })).toBeHidden();
});

test("links into Whop open through Whop, right there", async ({ context }) => {
  const { page } = await openWhop(context);
  await become(page, /No longer a member/);
  const link = appIn(page).getByRole("link", { name: /See|Rejoin/ });
  await expect(link).toBeVisible();
  await link.click();
  await expect(calls(page).getByText("openExternalUrl")).toBeVisible();
  await expect(page.getByRole("heading", { name: "General" })).toBeVisible();
  expect(context.pages()).toHaveLength(1);
});

test("a level-up trembles through Whop", async ({ context }) => {
  const { page, complaints } = await openWhop(context);
  await become(page, /XP to go/);
  const userId = new URL(page.url()).searchParams.get("user");
  let { progress } = await me(page);
  // All but the last message, each a while ago, so that none is too soon. The visit pays too, and may bring a level of its own.
  for (let ago = 2; progress.nextLevelAt - progress.xp > 20; ago += 1) {
    const createdAt = new Date(Date.now() - ago * 120_000).toISOString();
    const body = { userId, experienceId: stack().addresses.chatExperienceId, content: "From a while ago", createdAt };
    const headers = { "content-type": "application/json" };
    const before = progress.xp;
    await fetch(`${stack().addresses.whopUrl}/_sim/messages`, { method: "POST", headers, body: JSON.stringify(body) });
    await expect.poll(async () => (await me(page)).progress.xp).toBeGreaterThan(before);
    ({ progress } = await me(page));
  }
  const trembled = calls(page).getByText("performHaptic");
  const before = await trembled.count();

  await page.getByRole("textbox", { name: "Write as" }).fill("One more and I am there");
  await page.keyboard.press("Enter");
  await expect.poll(async () => (await me(page)).progress.level).toBe(progress.level + 1);
  await expect.poll(() => trembled.count()).toBeGreaterThan(before);
  expect(complaints).toEqual([]);
});

test("simulated members begin and stop to write when they are told", async ({ context }) => {
  const { page } = await openWhop(context);
  const writing = page.getByRole("switch", { name: "Members keep writing" });
  await expect(writing).not.toBeChecked();
  await writing.check();
  const rows = webhooks(page).getByRole("listitem");
  const before = await rows.count();
  await expect.poll(() => rows.count()).toBeGreaterThan(before + 2);
  await writing.uncheck();
  await expect(writing).not.toBeChecked();
});

test("on a phone the app fills the page and the controls stand in a drawer, by keyboard too", async ({ browser }) => {
  const context = await browser.newContext({ viewport: { width: 390, height: 844 } });
  const { page } = await openWhop(context);
  await expect.poll(async () => (await page.locator("#app").boundingBox())?.width).toBe(390);
  await expect(page.getByRole("textbox", { name: "Write as" })).toBeHidden();

  await page.getByRole("button", { name: "Controls" }).focus();
  await page.keyboard.press("Enter");
  await expect(page.getByRole("textbox", { name: "Write as" })).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: "Write as" })).toBeHidden();
  await expect(page.getByRole("button", { name: "Controls" })).toBeFocused();
  await context.close();
});

for (const colorScheme of ["light", "dark"] as const) {
  for (const [size, viewport] of Object.entries({
    phone: { width: 390, height: 844 },
    desktop: { width: 1280, height: 900 },
  })) {
    test(`axe finds nothing serious in the page around the app on a ${size} in ${colorScheme}`, async ({ browser }) => {
      const context = await browser.newContext({ viewport, colorScheme });
      const { page } = await openWhop(context);
      if (size === "phone") await page.getByRole("button", { name: "Controls" }).click();
      expect(await seriousProblems(page, "#app")).toEqual([]);
      await context.close();
    });
  }
}

test("every answer says who may frame it, whatever went wrong", async () => {
  const { appUrl, whopUrl, experienceId } = stack().addresses;
  const pages = [
    "/",
    "/discover",
    "/no/such/page",
    "/experiences/exp_nobody",
    `/experiences/${experienceId}`,
    "/dashboard/biz_nobody",
    "/experiences/%E0%A4%A",
    "/robots.txt",
  ];
  const others = [
    "/api/health",
    "/api/no/such",
    "/api/xp",
    "/api/me?experienceId=",
    "/api/%E0%A4%A",
    "/_next/static/no-such.js",
    "/_next/image?url=x",
  ];
  const framedBy = async (path: string) => {
    const { headers } = await fetch(`${appUrl}${path}`, { redirect: "manual" });
    return /frame-ancestors ([^;]+)/.exec(headers.get("content-security-policy") ?? "")?.[1];
  };
  for (const path of pages) expect([path, await framedBy(path)]).toEqual([path, new URL(whopUrl).origin]);
  for (const path of others) expect([path, await framedBy(path)]).toEqual([path, "'none'"]);
});
