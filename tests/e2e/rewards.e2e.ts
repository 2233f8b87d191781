import { type Browser, type Page, expect as soonExpect, test } from "@playwright/test";
import { xpAtLevel } from "@/services/xp/curve";
import { asOwner } from "@/tests/e2e/database";
import { expectSound } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";
import { visit } from "@/tests/e2e/visit";

const stack = stackOfFile();

/** Two servers, a worker, a database and a browser share the machine. */
const expect = soonExpect.configure({ timeout: 20_000 });

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
type Size = keyof typeof SIZES;
const THEMES = ["light", "dark"] as const;
type Theme = (typeof THEMES)[number];

const MESSAGE_XP = 20;
/** No cooldown reaches from one message to the next. */
const APART_MS = 61_000;
const FIVE_AT = xpAtLevel(null, 5) ?? 0;

type Member = { userId: string; name: string; xp: number };
type Effect<T> = { data: T };
type Effects = {
  freeDays: Effect<{ user_id: string; free_days: number }>[];
  notifications: Effect<{ user_ids?: string[]; title: string; content: string }>[];
  messages: Effect<{ content: string | null }>[];
};

async function ask<T>(url: string, body: object, method = "POST", headers: Record<string, string> = {}): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${await answer.text()}`);
  return answer.json() as Promise<T>; // as the simulator and the app say
}

const ANNOUNCED = "is now at level 5";

const effects = async () => (await fetch(`${stack().addresses.whopUrl}/_sim/effects`)).json() as Promise<Effects>;

/** Everything that is said at a level is said at once, in the chat in which the tests write. */
async function sayEverything(): Promise<void> {
  const { appUrl, whopUrl, adminUserId: userId, companyId, chatExperienceId } = stack().addresses;
  const { token } = await ask<{ token: string }>(`${whopUrl}/_sim/token`, { userId });
  const address = `${appUrl}/api/notification-settings`;
  const headers = { "x-whop-user-token": token };
  const now = await fetch(`${address}?experienceId=${companyId}`, { headers });
  const { version } = (await now.json()) as { version: number };
  const template = "{name} is now at level {level}. Reward: {reward}.";
  const settings = {
    levelUpPush: true,
    rewardPush: true,
    announcement: { enabled: true, experienceId: chatExperienceId, template },
    directMessage: { enabled: false, template },
    quietHours: { enabled: false, from: "22:00", to: "08:00", zone: "community" },
    commands: { enabled: true, cooldownSeconds: 0, disabledExperienceIds: [] },
  };
  await ask(address, { experienceId: companyId, ...settings, version }, "PUT", headers);
}

/** Somebody whom no visit brings to level 5, with a membership that ends some day, to which days can be added; the nearest first. */
async function somebodyBelowFive(): Promise<Member> {
  const { databaseUrl, companyId, whopUrl } = stack().addresses;
  const candidates = await asOwner<Member>(
    databaseUrl,
    `select u.user_id as "userId", p.name, u.xp::integer as xp
     from users u join profiles p using (community_id, user_id)
     where u.community_id = $1 and u.xp < $2 and u.visibility = 'public' and u.on_board and p.name is not null
       and not exists (select from rewards r where r.community_id = u.community_id and r.user_id = u.user_id)
     order by u.xp desc`,
    [companyId, FIVE_AT - 3 * MESSAGE_XP],
  );
  for (const member of candidates) {
    const renewalPeriodEnd = new Date(Date.now() + 20 * 86_400_000).toISOString();
    const asked = { companyId, userId: member.userId, active: true, renewalPeriodEnd };
    const membership = await ask<{ status: string; renewal_period_end: string | null }>(
      `${whopUrl}/_sim/memberships`,
      asked,
    );
    if (membership.status === "active" && membership.renewal_period_end !== null) return member;
  }
  throw new Error("Nobody of the sample is below level 5 and a member.");
}

async function xpOf(userId: string): Promise<number> {
  const { databaseUrl, companyId } = stack().addresses;
  const statement = "select xp::integer from users where community_id = $1 and user_id = $2";
  const [member] = await asOwner<{ xp: number }>(databaseUrl, statement, [companyId, userId]);
  return member?.xp ?? 0;
}

/** Messages of the past hours, until one more is enough for level 5. Some may meet a cooldown of the sample's own. */
async function almostFive({ userId }: Member): Promise<void> {
  const { whopUrl, chatExperienceId: experienceId } = stack().addresses;
  let xp = await xpOf(userId);
  for (let ago = 2; FIVE_AT - xp > MESSAGE_XP; ago += 1) {
    if (ago > 120) throw new Error(`${userId} has ${xp} XP and gets no further.`);
    const createdAt = new Date(Date.now() - ago * APART_MS).toISOString();
    await ask(`${whopUrl}/_sim/messages`, { userId, experienceId, content: `From a while ago, ${ago}`, createdAt });
    const deadline = Date.now() + 2_000;
    const before = xp;
    while (xp === before && Date.now() < deadline) xp = await xpOf(userId);
  }
}

/** Writes in the chat beside the app, as a person does. On phones it is in a drawer. */
async function writeInChat(page: Page, size: Size, text: string): Promise<void> {
  if (size === "phone") await page.getByRole("button", { name: "Controls" }).click();
  await page.getByRole("textbox", { name: /^Write as/ }).fill(text);
  await page.keyboard.press("Enter");
}

/** Goes from the app to the chat, where the app's own messages are to be read too. */
async function openChat(page: Page, size: Size): Promise<void> {
  if (size === "phone") await page.getByRole("button", { name: "Places" }).click();
  await page.getByRole("button", { name: /^General/ }).click();
}

const closeDrawer = (page: Page, size: Size) => (size === "phone" ? page.keyboard.press("Escape") : undefined);

async function openDashboard(browser: Browser, size: Size, theme: Theme, path: string, as: "admin" | "moderator") {
  const { proxyUrl, companyId, adminUserId, moderatorUserId } = stack().addresses;
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
  const userId = as === "admin" ? adminUserId : moderatorUserId;
  await page.goto(`${proxyUrl}/dashboard/${companyId}${path}?sim_user=${userId}`);
  return { page, complaints, close: () => context.close() };
}

for (const size of Object.keys(SIZES) as Size[]) {
  test(`who reaches level 5 by writing is told, paid once, announced and answered, and the team sees it, on a ${size}`, async ({
    browser,
  }) => {
    await sayEverything();
    const member = await somebodyBelowFive();
    await visit(stack().addresses, member.userId);
    await almostFive(member);
    const announced = (await effects()).messages.filter(({ data }) => data.content?.includes(ANNOUNCED)).length;
    const context = await browser.newContext({ viewport: SIZES[size], locale: "en-GB", reducedMotion: "reduce" });
    const page = await context.newPage();
    const joined = page.waitForResponse((response) => response.url().includes("/api/realtime-token"));
    await page.goto(`${stack().addresses.frameUrl}?user=${member.userId}`);
    await joined;
    const app = page.frameLocator("#app");
    await expect(app.getByRole("meter").first()).toBeVisible();

    await writeInChat(page, size, "One more and I am there");
    await closeDrawer(page, size);
    await expect(app.getByText("You reached level 5")).toBeVisible();
    await expect(app.getByText("3 free days added")).toBeVisible();

    // Beside Whop's own columns the frame is narrow on a desktop too.
    await app.getByRole("tab", { name: "Rewards" }).click();
    const row = app.getByRole("region", { name: "Rewards" }).getByRole("listitem").filter({ hasText: "Level 5 ·" });
    await expect(row).toContainText("3 free days");
    await expect(row).toContainText("Delivered");

    // At Whop: the days once, one push of the level with its reward, one announcement.
    const mine = async () => {
      const { freeDays, notifications, messages } = await effects();
      return {
        freeDays: freeDays.filter(({ data }) => data.user_id === member.userId).map(({ data }) => data.free_days),
        // On the way to it another level may have been reached.
        pushes: notifications.filter(
          ({ data }) => data.user_ids?.includes(member.userId) && !/level [1-4]$/.test(data.title),
        ).length,
        announcements: messages.filter(({ data }) => data.content?.includes(ANNOUNCED)).length,
      };
    };
    const onceEach = { freeDays: [3], pushes: 1, announcements: announced + 1 };
    await expect.poll(mine, { timeout: 30_000 }).toEqual(onceEach);

    await openChat(page, size);
    const chat = page.locator("#chat-messages");
    await expect(chat.getByText(ANNOUNCED).last()).toBeVisible();
    const before = await xpOf(member.userId);
    await writeInChat(page, size, "/mylevel");
    await expect(chat.getByText(/level 5.*XP/).last()).toBeVisible();
    expect(await xpOf(member.userId)).toBe(before);
    expect(await mine()).toEqual({ ...onceEach, announcements: expect.any(Number) });
    await context.close();

    const team = await openDashboard(browser, size, "light", "/rewards", "admin");
    await team.page.getByRole("tab", { name: /Delivered/ }).click();
    const list = size === "phone" ? team.page.getByRole("list", { name: "Rewards" }) : team.page.getByRole("table");
    const entry = list.getByRole(size === "phone" ? "listitem" : "row").filter({ hasText: member.name });
    await expect(entry.first()).toContainText("3 free days");
    await expect(entry.first()).toContainText("Whop has confirmed it");
    await expectSound(team.page);
    expect(team.complaints).toEqual([]);
    await team.close();
  });

  for (const theme of THEMES) {
    test(`rewards and messages of the dashboard read well on a ${size} in ${theme}`, async ({ browser }) => {
      const { page, complaints, close } = await openDashboard(browser, size, theme, "/rewards", "admin");
      await expect(page.getByRole("heading", { level: 1, name: "Rewards" })).toBeVisible();
      await expectSound(page);
      await page.getByRole("button", { name: "Give a reward" }).click();
      await expect(page.getByRole("dialog", { name: "Give a reward" })).toBeVisible();
      await expectSound(page);
      await page.keyboard.press("Escape");
      await expect(page.getByRole("button", { name: "Give a reward" })).toBeFocused();
      await page.getByRole("link", { name: "Messages" }).click();
      await expect(page.getByRole("heading", { level: 1, name: "Messages" })).toBeVisible();
      await expectSound(page);
      expect(complaints).toEqual([]);
      await close();
    });
  }
}

test("a reward given by hand arrives, says why, and can be copied from the member's page", async ({ browser }) => {
  const member = await somebodyBelowFive();
  const { page, close } = await openDashboard(browser, "desktop", "light", "/rewards", "admin");
  await page.getByRole("button", { name: "Give a reward" }).click();
  const search = page.getByRole("combobox", { name: "Member" });
  await search.pressSequentially(member.userId);
  await page.keyboard.press("Enter");
  await page.getByRole("radio", { name: "Code" }).click();
  await page.getByRole("textbox", { name: "Note to the member" }).fill("For the critique night");
  await page.getByRole("button", { name: "Give reward" }).click();
  await expect(page.getByText("Given, and on its way.")).toBeVisible();
  await close();

  const context = await browser.newContext({ viewport: SIZES.phone, reducedMotion: "reduce" });
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  const own = await context.newPage();
  const { proxyUrl, experienceId } = stack().addresses;
  await own.goto(`${proxyUrl}/experiences/${experienceId}?sim_user=${member.userId}#rewards`);
  await expect(own.getByText("For the critique night")).toBeVisible();
  await expect(own.getByText(/^WEE5/)).toBeVisible({ timeout: 30_000 });
  await own.getByRole("button", { name: "Copy code" }).click();
  await expect(own.getByRole("button", { name: "Copied" })).toBeVisible();
  expect(await own.evaluate(() => navigator.clipboard.readText())).toMatch(/^WEE5/);
  await expectSound(own);
  await context.close();
});

test("what the team says to members is changed and kept; moderators read it", async ({ browser }) => {
  await sayEverything();
  const { page, close } = await openDashboard(browser, "desktop", "light", "/messages", "admin");
  const text = page.getByRole("textbox", { name: "Text" });
  // What is written before the page answers to it is lost, or half of it.
  await expect(async () => {
    await text.fill("Level {level} for {name}");
    await expect(page.getByText("Level 5 for Anna", { exact: true })).toBeVisible({ timeout: 2_000 });
    await expect(text).toHaveValue("Level {level} for {name}", { timeout: 2_000 });
  }).toPass({ timeout: 30_000 });
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Saved.")).toBeVisible();
  await close();

  const reading = await openDashboard(browser, "phone", "dark", "/messages", "moderator");
  await expect(reading.page.getByRole("textbox", { name: "Text" })).toHaveValue("Level {level} for {name}");
  await expect(reading.page.getByRole("textbox", { name: "Text" })).toBeDisabled();
  await expect(reading.page.getByRole("button", { name: "Save" })).toHaveCount(0);
  await expectSound(reading.page);
  await reading.close();
});

test("a member who wants to hear nothing switches it off, and it stays off", async ({ browser }) => {
  const { proxyUrl, experienceId, memberUserId } = stack().addresses;
  const context = await browser.newContext({
    viewport: SIZES.phone,
    timezoneId: "Asia/Tokyo",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const open = async () => {
    await page.goto(`${proxyUrl}/experiences/${experienceId}?sim_user=${memberUserId}`);
    await page.getByRole("button", { name: "Your settings and data" }).click();
    return page.getByRole("switch", { name: "Tell me about levels and rewards" });
  };
  const first = await open();
  await expect(first).toBeChecked();
  const saved = page.waitForResponse((response) => response.request().method() === "PUT");
  await first.click();
  expect(await (await saved).json()).toMatchObject({ notifications: false, timeZone: "Asia/Tokyo" });
  await expectSound(page);
  await expect(await open()).not.toBeChecked();
  await context.close();
});
