import { type Browser, expect, type FrameLocator, test } from "@playwright/test";
import { xpAtLevel } from "@/services/xp/curve";
import { asOwner } from "@/tests/e2e/database";
import { stackOfFile } from "@/tests/e2e/stack";
import { visit } from "@/tests/e2e/visit";

const stack = stackOfFile();

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 900 } };
type Size = keyof typeof SIZES;
type Row = { user_id: string; name: string | null; xp: number; level: number };
const MESSAGE_XP = 20;
/** No cooldown reaches from one message to the next. */
const APART_MS = 61_000;

const shown = (xp: number) => new Intl.NumberFormat("en-GB").format(xp);

async function ask<T>(url: string, body: object): Promise<T> {
  const headers = { "content-type": "application/json" };
  return (await fetch(url, { method: "POST", headers, body: JSON.stringify(body) })).json() as Promise<T>; // as the simulator says
}

async function board(): Promise<Row[]> {
  const { appUrl, whopUrl, experienceId, memberUserId: userId } = stack().addresses;
  const { token } = await ask<{ token: string }>(`${whopUrl}/_sim/token`, { userId });
  const answer = await fetch(`${appUrl}/api/leaderboard?experienceId=${experienceId}&limit=100`, {
    headers: { "x-whop-user-token": token },
  });
  const { leaderboard } = (await answer.json()) as { leaderboard: Row[] };
  return leaderboard.filter(({ user_id }) => user_id.startsWith("user_"));
}

async function write(userId: string, createdAt = new Date()): Promise<void> {
  const { whopUrl, chatExperienceId: experienceId } = stack().addresses;
  const content = `Something to say at ${createdAt.toISOString()}`;
  await ask(`${whopUrl}/_sim/messages`, { userId, experienceId, content, createdAt: createdAt.toISOString() });
}

async function xpOf(userId: string): Promise<number> {
  const { databaseUrl, companyId } = stack().addresses;
  const statement = "select xp::integer from users where community_id = $1 and user_id = $2";
  const [member] = await asOwner<{ xp: number }>(databaseUrl, statement, [companyId, userId]);
  return member?.xp ?? 0;
}

/** Writes until a message is paid, as the sample's own may stand within its cooldown. Answers the member's XP then. */
async function earn(userId: string): Promise<number> {
  const before = await xpOf(userId);
  for (let tried = 0; tried < 5; tried += 1) {
    await write(userId, new Date(Date.now() - tried * APART_MS));
    const deadline = Date.now() + 3_000;
    for (let xp = before; Date.now() < deadline; xp = await xpOf(userId)) if (xp > before) return xp;
  }
  throw new Error(`No message of ${userId} was paid.`);
}

/** The community as a member sees it inside of Whop, once it is live and the visit is paid. */
async function open(
  browser: Browser,
  size: Size,
  userId: string,
): Promise<{ app: FrameLocator; asked(): Promise<unknown>; close(): Promise<void> }> {
  await visit(stack().addresses, userId);
  const context = await browser.newContext({ viewport: SIZES[size], locale: "en-GB", reducedMotion: "reduce" });
  const page = await context.newPage();
  const joined = page.waitForResponse((response) => response.url().includes("/api/realtime-token"));
  await page.goto(`${stack().addresses.frameUrl}?user=${userId}`);
  await joined;
  const app = page.frameLocator("#app");
  await expect(app.getByRole("meter").first()).toBeVisible();
  // The answer to the next question about the member's own card.
  const asked = () => page.waitForResponse((response) => response.url().includes("/api/me"), { timeout: 60_000 });
  return { app, asked, close: () => context.close() };
}

/** What the page says of the viewer's own XP. */
const ownXp = (app: FrameLocator, xp: number) => app.getByText(`${shown(xp)} XP in all`);
const notLive = (app: FrameLocator) => app.getByText("Not live right now");

for (const size of Object.keys(SIZES) as Size[]) {
  test(`one writes: their card fills and the other's board moves, on a ${size}`, async ({ browser }) => {
    const [first, second, third] = await board();
    const [writer, viewer] = size === "phone" ? [first, second] : [second, third];
    if (!writer || !viewer) throw new Error("The board has too few members.");
    const own = await open(browser, size, writer.user_id);
    const other = await open(browser, size, viewer.user_id);

    const earned = await earn(writer.user_id);

    await expect(ownXp(own.app, earned)).toBeVisible({ timeout: 10_000 });
    await expect(other.app.getByText(shown(earned)).first()).toBeVisible({ timeout: 10_000 });
    await own.close();
    await other.close();
  });
}

test("a new level is told once, whoever tells of it", async ({ browser }) => {
  const { memberUserId } = stack().addresses;
  const { app, asked, close } = await open(browser, "phone", memberUserId);
  const member = (await board()).find(({ user_id }) => user_id === memberUserId);
  if (!member) throw new Error("The member is not on the board.");
  const toast = app.getByText(`You reached level ${member.level + 1}`);

  // All of the past hours, so that no cooldown reaches from one to the next; a few may meet one of the sample's own.
  const missing = (xpAtLevel(null, member.level + 1) ?? 0) - member.xp;
  const messages = Math.ceil(missing / MESSAGE_XP) + 2;
  for (let left = messages; left > 0; left -= 1) await write(memberUserId, new Date(Date.now() - left * APART_MS));

  await expect(toast).toBeVisible({ timeout: 15_000 });
  await expect(toast).toHaveCount(0, { timeout: 15_000 });

  // Asking, and news after it, tell the page of the same level again.
  const body = app.locator("body");
  await body.evaluate(
    (element, words) => {
      const look = () => element.textContent?.includes(words) && element.setAttribute("data-told-again", "");
      new MutationObserver(look).observe(element, { childList: true, subtree: true, characterData: true });
    },
    `You reached level ${member.level + 1}`,
  );
  await stack().realtime.down();
  await expect(notLive(app)).toBeVisible({ timeout: 30_000 });
  await write(memberUserId);
  await asked();
  const resynced = asked();
  await stack().realtime.up();
  await resynced;
  await expect(notLive(app)).toBeHidden({ timeout: 60_000 });
  await expect(body).not.toHaveAttribute("data-told-again");
  await close();
});

test("without Realtime the pages ask by themselves; with it again they show what the database has", async ({
  browser,
}) => {
  // Not the member of the test before, whose messages of the past minutes leave no room for another.
  const others = (await board()).filter(({ user_id }) => user_id !== stack().addresses.memberUserId);
  const [writer, viewer] = others.slice(3, 5);
  if (!writer || !viewer) throw new Error("The board has too few members.");
  const own = await open(browser, "desktop", writer.user_id);
  const other = await open(browser, "desktop", viewer.user_id);

  await stack().realtime.down();
  await expect(notLive(own.app)).toBeVisible({ timeout: 30_000 });
  await expect(notLive(other.app)).toBeVisible({ timeout: 30_000 });
  const earned = await earn(writer.user_id);
  await expect(ownXp(own.app, earned)).toBeVisible({ timeout: 30_000 });
  await expect(other.app.getByText(shown(earned)).first()).toBeVisible({ timeout: 30_000 });

  await earn(viewer.user_id);
  await stack().realtime.up();
  await expect(notLive(other.app)).toBeHidden({ timeout: 60_000 });
  for (const { xp } of (await board()).slice(0, 8)) {
    await expect(other.app.getByText(shown(xp)).first()).toBeVisible({ timeout: 10_000 });
  }
  await own.close();
  await other.close();
});
