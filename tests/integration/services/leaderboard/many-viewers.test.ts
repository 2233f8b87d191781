import { setTimeout as sleep } from "node:timers/promises";
import { inCommunity } from "@/lib/db/database";
import { currentBoard } from "@/services/leaderboard/board";
import { type CurrentStanding, listCurrentStandings } from "@/services/leaderboard/news.queries";
import { anApp } from "@/tests/support/app";
import { aMessageEvent } from "@/tests/support/events";
import { type LivePage, openLivePage } from "@/tests/support/live";
import { BEHIND_PROXIES, sendWebhook } from "@/tests/support/signed-webhook";
import { aCommunityIn, type CommunityInWhop } from "@/tests/support/whop";

const VIEWERS = 200;
const AWARDS_PER_SECOND = 50;
const SECONDS = 5;
const PLAN = 500;
const BUDGET = 0.8 * PLAN;
const LIMIT_MS = 30_000;

const app = anApp({ env: { ...BEHIND_PROXIES, REALTIME_MESSAGES_PER_SECOND: String(PLAN) }, realtime: true });

let place: CommunityInWhop;
let pages: LivePage[];

beforeAll(async () => {
  place = aCommunityIn(app().whop);
  const { world } = app().whop;
  const userIds = Array.from({ length: VIEWERS }, (_, n) => world.addUser({ name: `Viewer ${n}` }).id);
  for (const userId of userIds) world.join(place.companyId, userId);
  pages = [];
  for (let at = 0; at < VIEWERS; at += 20) {
    const some = userIds.slice(at, at + 20);
    pages.push(...(await Promise.all(some.map((userId) => openLivePage(app(), place, userId)))));
  }
  while ((await app().deps.realtime?.viewers.count(place.companyId)) !== VIEWERS) await sleep(100);
}, 60_000);

/** One a viewer in turn, each old enough to pay. */
async function award(n: number): Promise<void> {
  const userId = pages[n % VIEWERS]?.userId;
  const createdAt = new Date(Date.now() - 3_600_000 + Math.floor(n / VIEWERS) * 61_000);
  const response = await sendWebhook(app(), aMessageEvent(place, { userId, createdAt }));
  expect(response.status).toBe(200);
}

async function storedStandings(): Promise<CurrentStanding[]> {
  const { deps } = app();
  const boards = await Promise.all([
    currentBoard(deps, place.companyId, "week"),
    currentBoard(deps, place.companyId, "month"),
  ]);
  const [week = "", month = ""] = boards.map((board) => (board.filter === "all-time" ? "" : board.startsOn));
  const userIds = pages.map(({ userId }) => userId);
  return inCommunity(deps.db, place.companyId, (trx) =>
    listCurrentStandings(trx, place.companyId, userIds, { week, month }),
  );
}

test("200 viewers and 50 awards a second: within 80 % of the plan, and what everybody sees is what is stored", async () => {
  const { broadcaster } = app().deps.realtime ?? {};
  const messagesBefore = app().realtime.server.messages();
  const started = performance.now();
  const awards: Promise<void>[] = [];
  for (let n = 0; n < AWARDS_PER_SECOND * SECONDS; n += 1) {
    const dueMs = (n / AWARDS_PER_SECOND) * 1_000;
    await sleep(Math.max(0, started + dueMs - performance.now()));
    awards.push(award(n));
  }
  await Promise.all(awards);
  const stored = await storedStandings();
  expect(stored.reduce((sum, { xp }) => sum + xp, 0)).toBe(20 * AWARDS_PER_SECOND * SECONDS);

  while (!pages.every((page) => equals(page, stored))) {
    if (performance.now() - started > LIMIT_MS) throw new Error(`Not in time: ${differences(stored)}`);
    await sleep(250);
  }
  await broadcaster?.idle();
  const seconds = (performance.now() - started) / 1_000;
  const messages = app().realtime.server.messages() - messagesBefore;
  // The first broadcast finds its slot free.
  expect(messages).toBeLessThanOrEqual(BUDGET * seconds + VIEWERS + 1);
  expect(messages).toBeGreaterThan(VIEWERS * 2);
}, 60_000);

function equals(page: LivePage, stored: readonly CurrentStanding[]): boolean {
  const states = page.states();
  const own = page.news().sort((a, b) => a.version - b.version);
  const mine = stored.find(({ userId }) => userId === page.userId);
  if (own.at(-1)?.progress.xp !== mine?.xp || own.at(-1)?.weekXp !== mine?.weekXp) return false;
  return stored.every(({ userId, xp, level, weekXp, monthXp }) => {
    const state = states.get(userId);
    if (state === undefined || state.left) return xp === 0;
    return state.xp === xp && state.level === level && state.week.xp === weekXp && state.month.xp === monthXp;
  });
}

/** For whoever reads that it failed. */
function differences(stored: readonly CurrentStanding[]): string {
  const behind = pages.filter((page) => !equals(page, stored));
  const [page] = behind;
  return `${behind.length} pages, of which one has heard ${page?.changes().length} changes and ${page?.news().length} own news`;
}
