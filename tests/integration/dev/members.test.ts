import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { createBoundedLog } from "@/dev/bounded-log";
import { startMembers } from "@/dev/members/members";
import { drawSample, SMALL_SAMPLE } from "@/dev/seed/communities";
import { worldOf } from "@/dev/seed/world";
import { createWorld } from "@/dev/whop/world";

const sample = drawSample(14, SMALL_SAMPLE, new Date());
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "wee5-members-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test("simulated members talk at once and never as the admin, the moderator and the member of stack.json", async () => {
  const authors: string[] = [];
  const world = createWorld({
    data: worldOf(sample, [[], []]),
    now: () => new Date(),
    events: { message: ({ userId }) => authors.push(userId), reaction: ({ userId }) => authors.push(userId) },
  });
  const whop = { world, webhooks: { deliveries: () => [] } } as unknown as Parameters<typeof startMembers>[0]["whop"];
  const members = startMembers({ whop, sample, log: createBoundedLog(join(folder, "members.log")), seed: 1 });
  await sleep(4_000);
  await members.stop();
  const said = authors.length;
  await sleep(1_000);

  expect(said).toBeGreaterThan(3);
  expect(said).toBeLessThan(30);
  expect(authors).toHaveLength(said);
  for (const { adminId, moderatorId, memberId, exMemberId } of sample.communities) {
    for (const id of [adminId, moderatorId, memberId, exMemberId]) expect(authors).not.toContain(id);
  }
});

test("members who are told to pause say nothing until they are told to go on, and the spared never write", async () => {
  const spared = sample.communities.flatMap(({ people }) => people.slice(0, 5).map(({ id }) => id));
  const authors: string[] = [];
  const world = createWorld({
    data: worldOf(sample, [[], []]),
    now: () => new Date(),
    events: { message: ({ userId }) => authors.push(userId), reaction: ({ userId }) => authors.push(userId) },
  });
  const whop = { world, webhooks: { deliveries: () => [] } } as unknown as Parameters<typeof startMembers>[0]["whop"];
  const log = createBoundedLog(join(folder, "members.log"));
  const members = startMembers({ whop, sample, log, seed: 1, spared, isWriting: false });
  await sleep(2_000);
  expect([members.isWriting(), authors]).toEqual([false, []]);

  members.setWriting(true);
  for (const end = Date.now() + 20_000; authors.length < 4 && Date.now() < end; await sleep(50));
  members.setWriting(false);
  await sleep(1_000); // the one who is writing finishes
  const said = authors.length;
  await sleep(2_000);
  await members.stop();

  expect(said).toBeGreaterThan(3);
  expect(authors).toHaveLength(said);
  expect(authors.filter((id) => spared.includes(id))).toEqual([]);
});
