import { type Browser, type FrameLocator, type Locator, type Page, expect as soonExpect, test } from "@playwright/test";
import { asOwner } from "@/tests/e2e/database";
import { expectSound } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

/** Two servers, a worker, a database and a browser share the machine. */
const expect = soonExpect.configure({ timeout: 30_000 });

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
type Size = keyof typeof SIZES;
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

type Paid = { activityId: string; baseXp: number; xp: number; total: number };

const shown = (xp: number) => new Intl.NumberFormat("en-GB").format(xp);

async function ask(path: string, body: object): Promise<void> {
  const answer = await fetch(`${stack().addresses.whopUrl}/_sim${path}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${await answer.text()}`);
}

/** The member's newest activity of the kind, once it is paid. */
async function paid(userId: string, action: string, besides: readonly string[]): Promise<Paid> {
  const { databaseUrl, companyId } = stack().addresses;
  const newest = () =>
    asOwner<Paid>(
      databaseUrl,
      `select a.activity_id as "activityId", a.base_xp::integer as "baseXp", a.xp::integer as xp, u.xp::integer as total
       from activities a join users u using (community_id, user_id)
       where a.community_id = $1 and a.user_id = $2 and a.action = $3 and a.outcome = 'awarded' and a.activity_id <> all ($4::text[])
       order by a.occurred_at desc limit 1`,
      [companyId, userId, action, besides],
    );
  await expect.poll(async () => (await newest()).length, { timeout: 60_000 }).toBe(1);
  const [activity] = await newest();
  if (!activity) throw new Error(`No ${action} was paid.`);
  return activity;
}

async function idsOf(userId: string, action: string): Promise<string[]> {
  const { databaseUrl, companyId } = stack().addresses;
  const rows = await asOwner<{ id: string }>(
    databaseUrl,
    "select activity_id as id from activity_log where community_id = $1 and user_id = $2 and action = $3",
    [companyId, userId, action],
  );
  return rows.map(({ id }) => id);
}

async function aPage(browser: Browser, size: Size, theme: Theme = "light") {
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    locale: "en-GB",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  return { page, complaints, close: () => context.close() };
}

async function openDashboard(browser: Browser, size: Size, path: string, theme?: Theme) {
  const { proxyUrl, companyId, adminUserId } = stack().addresses;
  const opened = await aPage(browser, size, theme);
  await opened.page.goto(`${proxyUrl}/dashboard/${companyId}${path}?sim_user=${adminUserId}`);
  return opened;
}

/** The member's page, by itself. */
async function openOwn(browser: Browser, size: Size, userId: string) {
  const { proxyUrl, experienceId } = stack().addresses;
  const opened = await aPage(browser, size);
  await opened.page.goto(`${proxyUrl}/experiences/${experienceId}?sim_user=${userId}`);
  await expect(opened.page.getByRole("meter").first()).toBeVisible();
  return opened;
}

/** Goes to another place of the simulated Whop. On phones they are in a drawer. */
async function goTo(page: Page, size: Size, place: string): Promise<void> {
  if (size === "phone") await page.getByRole("button", { name: "Places" }).click();
  await page.getByRole("navigation", { name: "Places" }).getByRole("button", { name: place }).click();
}

/** What the page says of the viewer's own XP. */
const ownXp = (app: Page | FrameLocator, xp: number): Locator => app.getByText(`${shown(xp)} XP in all`);

const moment = (at: Date) => at.toISOString().slice(0, 16);

const endButton = (page: Page, name: string) => page.getByRole("button", { name: `End now ${name}` });

/** Presses until something comes of it: a press on a page that is not alive yet is lost. */
async function press(button: Locator, isDone: () => Promise<boolean>): Promise<void> {
  await expect(async () => {
    if (!(await isDone())) await button.click({ timeout: 2_000 });
    await expect.poll(isDone, { timeout: 2_000 }).toBe(true);
  }).toPass({ timeout: 60_000 });
}

/** Adds a boost that runs from now on, as the creator does, and saves it. */
async function boost(browser: Browser, size: Size, name: string): Promise<void> {
  const { page, complaints, close } = await openDashboard(browser, size, "/rules");
  await expect(page.getByRole("heading", { level: 1, name: "XP rules" })).toBeVisible();
  const sheet = page.getByRole("dialog", { name: "Add a boost" });
  await press(page.getByRole("button", { name: "Add a boost" }), () => sheet.isVisible());
  await sheet.getByRole("textbox", { name: "Name" }).fill(name);
  // The community keeps UTC.
  await sheet.getByLabel("Starts").fill(moment(new Date(Date.now() - 60_000)));
  await sheet.getByLabel("Ends").fill(moment(new Date(Date.now() + 3 * 86_400_000)));
  await expectSound(page);
  await sheet.getByRole("button", { name: "Add boost" }).click();
  await expect(sheet).toBeHidden();
  const row = page.getByRole("listitem").filter({ has: endButton(page, name) });
  await expect(row).toContainText("not saved yet");
  await page.getByRole("button", { name: "Save, from now on" }).click();
  await expect(page.getByText("Saved. It counts from now on.")).toBeVisible();
  await expect(row).toContainText("Running");
  await expect(row).not.toContainText("not saved yet");
  await expectSound(page);
  expect(complaints).toEqual([]);
  await close();
}

async function endBoost(browser: Browser, size: Size, name: string): Promise<void> {
  const { page, close } = await openDashboard(browser, size, "/rules");
  const end = endButton(page, name);
  await expect(end).toBeVisible();
  await press(end, () => end.isHidden());
  await page.getByRole("button", { name: "Save, from now on" }).click();
  await expect(page.getByText("Saved. It counts from now on.")).toBeVisible();
  await close();
}

/** Reads the community from Whop now, as the creator asks for it. */
async function checkNow(page: Page): Promise<void> {
  const statuses: number[] = [];
  page.on("response", (response) => {
    if (response.url().includes("/api/sync") && response.request().method() === "POST")
      statuses.push(response.status());
  });
  const button = page.getByRole("button", { name: "Check now" });
  await press(button, async () => statuses.length > 0 || (await button.getAttribute("aria-disabled")) === "true");
  await expect.poll(() => statuses[0], { timeout: 60_000 }).toBe(200);
}

/** One of the things that are read from Whop, on the Activity page. */
const feature = (page: Page, name: string) =>
  page.getByRole("listitem").filter({ has: page.getByRole("heading", { level: 3, name, exact: true }) });

for (const size of Object.keys(SIZES) as Size[]) {
  test(`what members do beside chatting arrives, doubled while a boost runs, and keeps the streak, on a ${size}`, async ({
    browser,
  }) => {
    test.setTimeout(240_000);
    const name = `Weekend on a ${size}`;
    const { frameUrl, memberUserId, moderatorUserId } = stack().addresses;
    // Two people, as the second post of one would meet a cooldown.
    const userId = size === "phone" ? memberUserId : moderatorUserId;
    const own = await openOwn(browser, size, userId);
    await boost(browser, size, name);

    // The member, who has had the page open all the time, sees it, and how long it still runs.
    const banner = own.page.getByRole("region", { name: "Boost" });
    await expect(banner).toContainText(name);
    await expect(banner).toContainText(/× XP|×\u00a0XP/);
    await expect(banner).toContainText(/2 days \d+ h left|3 days left/);
    await expectSound(own.page);
    expect(own.complaints).toEqual([]);
    await own.close();

    // In Whop: a lesson, of which Whop tells by itself.
    const { page, close } = await aPage(browser, size);
    const before = { lessons: await idsOf(userId, "lesson"), posts: await idsOf(userId, "post") };
    await page.goto(`${frameUrl}?user=${userId}`);
    const app = page.frameLocator("#app");
    await expect(app.getByRole("meter").first()).toBeVisible();
    await goTo(page, size, "Course");
    await page.getByRole("button", { name: "Finish the next lesson" }).click();
    const lesson = await paid(userId, "lesson", before.lessons);
    expect(lesson.xp).toBeGreaterThanOrEqual(2 * lesson.baseXp);
    await goTo(page, size, "Levels");
    await expect(ownXp(app, lesson.total)).toBeVisible();

    // A post, of which it does not: it is found by looking.
    await goTo(page, size, "Forum");
    await page.getByRole("textbox", { name: /^Post as/ }).fill("A whole week of early mornings");
    await page.getByRole("button", { name: "Post", exact: true }).click();
    await expect(page.locator("#posts").getByText("A whole week of early mornings").first()).toBeVisible();
    await goTo(page, size, "Levels");
    const team = await openDashboard(browser, size, "/activity");
    await expect(team.page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
    await checkNow(team.page);
    const post = await paid(userId, "post", before.posts);
    expect(post.xp).toBeGreaterThanOrEqual(2 * post.baseXp);
    await expect(ownXp(app, post.total)).toBeVisible();
    await expect(app.getByText(/^days? in a row$/)).toBeVisible();
    await close();

    // What the creator sees of it.
    await expect(feature(team.page, "Forum")).toContainText("Up to date");
    await expect.poll(() => foundIn(team.page, "Forum")).toBeGreaterThan(0);
    await expectSound(team.page);
    expect(team.complaints).toEqual([]);
    await team.close();
    await endBoost(browser, size, name);
  });

  for (const theme of THEMES) {
    test(`the creator's rules and activity read well on a ${size} in ${theme}`, async ({ browser }) => {
      const { page, complaints, close } = await openDashboard(browser, size, "/rules", theme);
      await expect(page.getByRole("heading", { level: 1, name: "XP rules" })).toBeVisible();
      await expectSound(page);
      await page.getByRole("link", { name: "Activity" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Activity" })).toBeVisible();
      await expect(feature(page, "Forum")).toBeVisible({ timeout: 90_000 });
      await expectSound(page);
      expect(complaints).toEqual([]);
      await close();
    });
  }
}

/** How many were found by reading, as the page says. */
async function foundIn(page: Page, name: string): Promise<number> {
  const text = await feature(page, name).getByRole("definition").nth(1).textContent();
  return Number(text?.replace(/\D/g, ""));
}

test("a permission that is taken back is said where it is missing, with what to do, until it is given again", async ({
  browser,
}) => {
  const { companyId } = stack().addresses;
  const { page, close } = await openDashboard(browser, "phone", "/activity");
  await expect(feature(page, "Forum")).toBeVisible({ timeout: 90_000 });
  await ask("/permissions", { companyId, operation: "forumPosts.list", granted: false });
  await checkNow(page);
  const forum = feature(page, "Forum");
  await expect(forum).toContainText("Needs a permission");
  await expect(forum).toContainText("allow forum:read");
  await expect(feature(page, "Chat")).not.toContainText("Needs a permission");
  await expectSound(page);

  // The team is told on the first page too.
  const overview = await openDashboard(browser, "desktop", "");
  await expect(overview.page.getByText("WEE5 may not read forums here")).toBeVisible();
  await expectSound(overview.page);
  await overview.close();

  await ask("/permissions", { companyId, operation: "forumPosts.list", granted: true });
  await checkNow(page);
  await expect(forum).toContainText("Up to date");
  await close();
});
