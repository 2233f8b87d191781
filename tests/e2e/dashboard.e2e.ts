import { type Browser, expect, type Locator, type Page, test } from "@playwright/test";
import { asOwner } from "@/tests/e2e/database";
import { expectSound } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const THEMES = ["light", "dark"] as const;
type Look = { size: keyof typeof SIZES; theme: (typeof THEMES)[number] };
const LOOKS = Object.keys(SIZES).flatMap((size) =>
  THEMES.map((theme): Look => ({ size: size as keyof typeof SIZES, theme })),
);
type Person = "adminUserId" | "moderatorUserId" | "memberUserId";

/** As before the creator came for the first time. */
async function startOver(): Promise<void> {
  const { databaseUrl, companyId } = stack().addresses;
  const anew = `update communities set onboarded_at = null, rewards_confirmed_at = null where community_id = $1`;
  await asOwner(databaseUrl, anew, [companyId]);
  await asOwner(databaseUrl, `update reward_rules set active = true where community_id = $1`, [companyId]);
}

/** The dashboard as a person sees it in Whop's frame, with every complaint of the browser. */
async function open(browser: Browser, person: Person, { size, theme }: Look, path = "") {
  const { proxyUrl, companyId, ...people } = stack().addresses;
  const context = await browser.newContext({
    viewport: SIZES[size],
    colorScheme: theme,
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    reducedMotion: "reduce",
  });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  await page.goto(`${proxyUrl}/dashboard/${companyId}${path}?sim_user=${people[person]}`);
  return { page, complaints, close: () => context.close() };
}

type Way = {
  press(page: Page, target: Locator): Promise<void>;
};
const WAYS: Record<string, Way> = {
  mouse: { press: (_, target) => target.click() },
  keyboard: {
    async press(page, target) {
      await tabTo(page, target);
      const role = await target.getAttribute("role");
      if (role !== "combobox") await page.keyboard.press(role === "switch" ? "Space" : "Enter");
    },
  },
};

/** Goes there with the Tab key alone. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 30; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error("The Tab key does not lead there.");
}

const button = (page: Page, name: string) => page.getByRole("button", { name, exact: true });
const step = (page: Page, number: number) => page.getByRole("heading", { name: `Step ${number} of 3` });

for (const look of LOOKS) {
  for (const [way, { press }] of Object.entries(WAYS)) {
    test(`a creator sets the community up by ${way} on a ${look.size} in ${look.theme}, and members' rewards are confirmed`, async ({
      browser,
    }) => {
      await startOver();
      const { page, complaints, close } = await open(browser, "adminUserId", look);
      const zone = page.getByRole("combobox", { name: "Time zone of your community" });
      await expect(zone).toHaveValue("Europe/Berlin"); // the browser's, so the page is alive
      await expectSound(page);
      await press(page, zone);
      await page.keyboard.press("ControlOrMeta+a");
      await page.keyboard.type("tokyo");
      await expect(page.getByRole("option", { name: "Asia/Tokyo" })).toBeVisible();
      if (way === "mouse") await page.getByRole("option", { name: "Asia/Tokyo" }).click();
      else await page.keyboard.press("Enter");
      await expect(zone).toHaveValue("Asia/Tokyo");
      await press(page, button(page, "Next"));

      await expect(step(page, 2)).toBeFocused();
      await expect(page.getByText("Nothing is sent before you confirm.")).toBeVisible();
      await expectSound(page);
      await press(page, page.getByRole("switch", { name: /^Level 100/ }));
      await press(page, button(page, "Next"));

      await expect(step(page, 3)).toBeFocused();
      await expectSound(page);
      await press(page, button(page, "Confirm and start"));

      await expect(page.getByRole("status").filter({ hasText: "Rewards are confirmed" })).toBeVisible();
      await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
      await expect(page.getByText(/Confirmed on .*, 7 of 8 on/)).toBeVisible();
      await expect(page.getByText("At midnight in Asia/Tokyo")).toBeVisible();
      await expectSound(page);
      expect(complaints).toEqual([]);
      await close();

      const member = await open(browser, "memberUserId", look);
      expect(await ladderOf(member.page)).toMatchObject({ isConfirmed: true });
      await member.close();
    });
  }
}

/** What the member's page is told of the rewards. */
async function ladderOf(page: Page): Promise<unknown> {
  return page.evaluate(async (id) => {
    const response = await fetch(`/api/me?experienceId=${id}`);
    return (await response.json()).ladder;
  }, stack().addresses.experienceId);
}

const PHONE: Look = { size: "phone", theme: "light" };

test("who leaves the set-up finds it where it was left", async ({ browser }) => {
  await startOver();
  const { page, close } = await open(browser, "adminUserId", PHONE);
  await expect(page.getByRole("combobox")).toHaveValue("Europe/Berlin");
  await button(page, "Next").click();
  await page.getByRole("switch", { name: /^Level 5:/ }).click();
  await page.reload();
  await expect(step(page, 2)).toBeVisible();
  await expect(page.getByRole("switch", { name: /^Level 5:/ })).not.toBeChecked();
  await close();
});

test("a second admin who chose from an older page is told, and sees the first one's choice", async ({ browser }) => {
  await startOver();
  const first = await open(browser, "adminUserId", PHONE);
  const second = await open(browser, "adminUserId", { size: "desktop", theme: "dark" });
  for (const { page } of [first, second]) {
    await expect(page.getByRole("combobox")).toHaveValue("Europe/Berlin");
    await button(page, "Next").click();
  }
  await second.page.getByRole("switch", { name: /^Level 5:/ }).click();
  for (const { page } of [first, second]) await button(page, "Next").click();
  await button(first.page, "Confirm and start").click();
  await expect(first.page.getByText(/Confirmed on .*, 8 of 8 on/)).toBeVisible();
  await button(second.page, "Confirm and start").click();
  const alert = second.page.getByRole("alert").filter({ hasText: "Somebody else has just confirmed" });
  await expect(alert).toBeVisible();
  await expectSound(second.page);
  await alert.getByRole("button", { name: "Load again" }).click();
  await expect(second.page.getByText(/Confirmed on .*, 8 of 8 on/)).toBeVisible();
  await first.close();
  await second.close();
});

test("a moderator reads the overview, is told that the set-up is not finished, and can change nothing", async ({
  browser,
}) => {
  await startOver();
  const { page, close } = await open(browser, "moderatorUserId", PHONE);
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page.getByText("The set-up is not finished")).toBeVisible();
  await expect(page.getByRole("link", { name: /Change/ })).toHaveCount(0);
  await page.goto(page.url().replace(/\?.*/, "/setup"));
  await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
  await expect(page.getByRole("combobox")).toHaveCount(0);
  await close();
});

for (const look of LOOKS) {
  test(`the overview and what members see read well on a ${look.size} in ${look.theme}`, async ({ browser }) => {
    const { page, complaints, close } = await open(browser, "moderatorUserId", look);
    await expect(page.getByRole("heading", { level: 1, name: "Overview" })).toBeVisible();
    await expectSound(page);
    await page.getByRole("link", { name: "7 days" }).click();
    await expect(page.getByText(/last 7 days/).first()).toBeVisible();
    await expect(page).toHaveURL(/days=7/);
    await page.getByRole("link", { name: "What members see" }).click();
    await expect(page.getByRole("heading", { level: 1, name: "What members see" })).toBeVisible();
    await expectSound(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test(`a member is not let in and shown the way to the own level on a ${look.size} in ${look.theme}`, async ({
    browser,
  }) => {
    for (const path of ["", "/setup", "/preview"]) {
      const { page, close } = await open(browser, "memberUserId", look, path);
      await expect(page.getByRole("heading", { level: 1, name: /^Only for the team of/ })).toBeVisible();
      await expect(page.getByRole("link", { name: "Open your level" })).toHaveAttribute("href", /^\/experiences\//);
      await expect(page.getByText("Active members")).toHaveCount(0);
      await expectSound(page);
      await close();
    }
  });
}

test("nothing of a community is sent to who is not of its team, also not out of sight", async ({ request }) => {
  await startOver();
  const { proxyUrl, companyId, memberUserId } = stack().addresses;
  for (const path of ["", "/setup", "/preview"]) {
    const response = await request.get(`${proxyUrl}/dashboard/${companyId}${path}?sim_user=${memberUserId}`);
    const html = await response.text();
    expect(html).not.toContain("Active members");
    expect(html).not.toContain("percentOff");
  }
});
