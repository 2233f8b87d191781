import { type Browser, expect, test } from "@playwright/test";
import { asOwner } from "@/tests/e2e/database";
import { expectSound } from "@/tests/e2e/sound";
import { stackOfFile } from "@/tests/e2e/stack";
import { HOSTILE_NAMES } from "@/tests/support/hostile-names";

const stack = stackOfFile();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
const LOOKS = Object.entries(SIZES).flatMap(([size, viewport]) =>
  (["light", "dark"] as const).map((theme) => ({ size, viewport, theme })),
);
type Look = (typeof LOOKS)[number];
const [PHONE] = LOOKS as [Look];

/** A page as a member sees it in Whop's frame, with every complaint of the browser and all that moved by itself. */
async function open(browser: Browser, { viewport, theme }: Look, to: { userId?: string; experienceId?: string } = {}) {
  const { proxyUrl, experienceId, memberUserId } = stack().addresses;
  const context = await browser.newContext({ viewport, colorScheme: theme, locale: "en-GB", reducedMotion: "reduce" });
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => {
    complaints.push(`A dialog: ${dialog.message()}`);
    dialog.dismiss().catch(() => undefined);
  });
  await page.addInitScript(() => {
    const shifts = Object.assign(window, { shifts: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) shifts.shifts += (entry as unknown as { value: number }).value; // of its type
    }).observe({ type: "layout-shift", buffered: true });
  });
  const user = to.userId ?? memberUserId;
  await page.goto(`${proxyUrl}/experiences/${to.experienceId ?? experienceId}?sim_user=${user}`);
  return { page, complaints, close: () => context.close() };
}

for (const look of LOOKS) {
  test(`a member's page reads well on a ${look.size} in ${look.theme}, and nothing moves while it loads`, async ({
    browser,
  }) => {
    const { page, complaints, close } = await open(browser, look);
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Your level in Northlight Creators");
    await expect(page.getByRole("meter")).toBeVisible();
    await expect(page.getByRole("button", { name: /^1, / })).toBeVisible();
    // Put there by open().
    expect(await page.evaluate(() => (window as unknown as { shifts: number }).shifts)).toBeLessThan(0.01);
    await expectSound(page);
    if (look.size === "phone") {
      for (const tab of ["History", "Rewards"]) {
        await page.getByRole("tab", { name: tab }).click();
        await expect(page.getByRole("tabpanel", { name: tab })).toBeVisible();
        await expectSound(page);
      }
    } else {
      await expect(page.getByRole("heading", { name: "History" })).toBeVisible();
      await expect(page.getByRole("heading", { name: "Rewards" })).toBeVisible();
    }
    expect(complaints).toEqual([]);
    await close();
  });
}

test("the keyboard alone reaches tabs, period and a profile, and Escape leads back to its row", async ({ browser }) => {
  const { page, close } = await open(browser, PHONE);
  const tabTo = async (name: RegExp | string, role: "tab" | "button") => {
    const target = page.getByRole(role, { name }).first();
    for (let presses = 0; presses < 60; presses += 1) {
      if (await target.evaluate((element) => element === document.activeElement)) return target;
      await page.keyboard.press("Tab");
    }
    throw new Error(`The keyboard does not reach ${name}.`);
  };

  await tabTo("Leaderboard", "tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "History", selected: true })).toBeVisible();
  await expect(page.getByRole("tabpanel", { name: "History" })).toBeVisible();
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Enter");

  await tabTo("All time", "tab");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("tab", { name: "Month", selected: true })).toBeVisible();
  await expect(page.getByRole("region", { name: "Leaderboard, month" })).toHaveAttribute("aria-busy", "false");

  const row = await tabTo(/^1, /, "button");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("dialog")).toBeVisible();
  await expectSound(page);
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toBeHidden();
  await expect(row).toBeFocused();
  await close();
});

test("my place is pinned at the bottom until my row is on the screen, and leads to it", async ({ browser }) => {
  const [last] = await asOwner<{ user_id: string }>(
    stack().addresses.databaseUrl,
    "select user_id from users where community_id = $1 and visibility = 'public' and on_board and xp > 0 order by xp limit 1",
    [stack().addresses.companyId],
  );
  const { page, close } = await open(browser, PHONE, { userId: last?.user_id });
  const pinned = page.locator(".own-row");
  await expect(pinned).toHaveAttribute("data-shown", "true");
  const bottomEdge = async () => {
    const box = await pinned.boundingBox();
    return box === null ? "not laid out" : Math.round(box.y + box.height);
  };
  await expect.poll(bottomEdge).toBe(PHONE.viewport.height);
  await pinned.getByRole("button").click();
  await expect(page.locator("li[data-row][aria-current]")).toBeInViewport();
  await expect(pinned).toHaveAttribute("data-shown", "false");
  await close();
});

for (const look of LOOKS) {
  test(`a community without XP says how to be the first, on a ${look.size} in ${look.theme}`, async ({ browser }) => {
    const [other] = await asOwner<{ community_id: string; experience_id: string }>(
      stack().addresses.databaseUrl,
      "select community_id, experience_id from experiences where community_id <> $1 order by experience_id limit 1",
      [stack().addresses.companyId],
    );
    if (!other) throw new Error("The sample has a second community.");
    const [{ user_id: userId } = { user_id: "" }] = await asOwner<{ user_id: string }>(
      stack().addresses.databaseUrl,
      "select user_id from users where community_id = $1 and user_id in (select user_id from users where community_id = $2) limit 1",
      [other.community_id, stack().addresses.companyId],
    );
    await asOwner(stack().addresses.databaseUrl, "update users set visibility = 'hidden' where community_id = $1", [
      other.community_id,
    ]);
    const { page, complaints, close } = await open(browser, look, { userId, experienceId: other.experience_id });
    await expect(page.getByRole("heading", { name: "Nobody is on the board yet" })).toBeVisible();
    await expect(page.getByText("Write in any channel and you will be the first.")).toBeVisible();
    await expect(page.getByRole("table", { name: "What earns XP here" })).toBeVisible();
    await expectSound(page);
    expect(complaints).toEqual([]);
    await close();
  });

  test(`who is not a member is told what is kept, on a ${look.size} in ${look.theme}`, async ({ browser }) => {
    const [other] = await asOwner<{ user_id: string }>(
      stack().addresses.databaseUrl,
      `select user_id from users where community_id <> $1
        and user_id not in (select user_id from users where community_id = $1) limit 1`,
      [stack().addresses.companyId],
    );
    const { page, complaints, close } = await open(browser, look, { userId: other?.user_id });
    await expect(page.getByRole("heading", { level: 1 })).toHaveText("Only for members of Northlight Creators");
    await expect(page.getByText(/your level and rewards are kept/)).toBeVisible();
    await expect(page.getByRole("link", { name: /Northlight Creators/ })).toBeVisible();
    await expectSound(page);
    expect(complaints).toEqual([]);
    await close();
  });
}

test("without Whop's word on who they are, a visitor is told where to open the page", async ({ browser }) => {
  const { appUrl, experienceId } = stack().addresses;
  const page = await browser.newPage();
  await page.goto(`${appUrl}/experiences/${experienceId}`);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Open WEE5 on Whop");
  await expectSound(page);
  await page.close();
});

test("an address of no community is not found", async ({ browser }) => {
  const { page, close } = await open(browser, PHONE, { experienceId: "exp_nothing" });
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("This page does not exist");
  await close();
});

for (const look of [LOOKS[0], LOOKS[2]] as Look[]) {
  test(`thirty hostile names run no script and break no layout on a ${look.size}`, async ({ browser }) => {
    const { companyId } = stack().addresses;
    const members = await asOwner<{ user_id: string }>(
      stack().addresses.databaseUrl,
      "select user_id from users where community_id = $1 and visibility = 'public' and on_board and xp > 0 order by xp desc",
      [companyId],
    );
    // The sample is smaller than the list: the page is opened once for each share of it.
    for (let from = 0; from < HOSTILE_NAMES.length; from += members.length) {
      const names = HOSTILE_NAMES.slice(from, from + members.length);
      for (const [at, name] of names.entries()) {
        await asOwner(
          stack().addresses.databaseUrl,
          `insert into profiles (community_id, user_id, username, name, fetched_at) values ($1, $2, $3, $4, now())
            on conflict (community_id, user_id) do update set name = excluded.name, username = excluded.username, fetched_at = now()`,
          [companyId, members[at]?.user_id, `u${at}`, name],
        );
      }
      const { page, complaints, close } = await open(browser, look);
      await expect(page.getByRole("button", { name: /^1, / })).toBeVisible();
      const more = page
        .getByRole("region", { name: "Leaderboard, all time" })
        .getByRole("button", { name: "Show more" });
      // A press before the page answers to it is lost, for people as well.
      await expect(async () => {
        if (await more.isVisible()) await more.click();
        await expect(page.locator("[data-row]")).toHaveCount(members.length, { timeout: 2_000 });
      }).toPass({ timeout: 20_000 });
      await expectSound(page);
      const heights = await page.locator("li.board-item").evaluateAll((rows) => rows.map((row) => row.clientHeight));
      expect(new Set(heights).size).toBe(1);
      await page.getByRole("button", { name: /^1, / }).click();
      await expect(page.getByRole("dialog")).toBeVisible();
      await expectSound(page);
      expect(complaints).toEqual([]);
      expect(await page.evaluate(() => "hacked" in window)).toBe(false);
      await close();
    }
  });
}
