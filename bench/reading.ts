import { fork } from "node:child_process";
import { join } from "node:path";
import { sql } from "kysely";
import type { BenchDatabase } from "@/bench/databases";
import type { ReadingResult, ReadingTask } from "@/bench/reader-main";
import { endWithUs } from "@/dev/end-with-us";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";
import { inCommunity } from "@/lib/db/database";

export type Chat = { communityId: string; channelId: string };

/** A Whop that answers at once and refuses nobody, for as long as `work` takes. */
export async function withWhop<T>(work: (whop: WhopSimulator) => Promise<T>): Promise<T> {
  const whop = await startWhopSimulator({ rateLimitPerMinute: 0 });
  try {
    return await work(whop);
  } finally {
    await whop.stop();
  }
}

/** A company with so many chats, which is known to us; all that is written there from now on is told to nobody. */
export async function aTalkingCompany({ db }: BenchDatabase, { world }: WhopSimulator, chats: number): Promise<Chat[]> {
  const { id: communityId } = world.addCompany({ title: "Bench" });
  await inCommunity(db, communityId, (trx) => sql`select ensure_community(${communityId}, 'Bench')`.execute(trx));
  return Array.from({ length: chats }, (_, n) => {
    const { id } = world.addExperience({ companyId: communityId, kind: "chat", name: `Chat ${n}` });
    const channelId = world.channel(id)?.id;
    if (!channelId) throw new Error("The simulator has made a chat without a channel.");
    return { communityId, channelId };
  });
}

/** Messages of so many members, evenly over the time that is given, the oldest first. */
export function talk(
  { world }: WhopSimulator,
  channelId: string,
  { messages, members, forMs }: { messages: number; members: number; forMs: number },
): void {
  const userIds = Array.from({ length: members }, (_, n) => {
    const id = `user_bench${n}`;
    return (world.user(id) ?? world.addUser({ id })).id;
  });
  const begins = Date.now() - forMs;
  for (let n = 0; n < messages; n += 1) {
    world.postMessage({
      channelId,
      userId: userIds[(n * 7) % members] ?? "",
      content: `Something that a member has to say, number ${n}.`,
      createdAt: new Date(begins + Math.floor((n * forMs) / messages)),
      deliver: false,
    });
  }
}

/** Has a process of its own read until nothing is left. */
export async function read(
  work: ReadingTask["work"],
  { appUrl }: BenchDatabase,
  whop: WhopSimulator,
): Promise<ReadingResult> {
  const { apiKey, appId, baseUrl, botUserId } = whop;
  const child = fork(join(process.cwd(), "bench", "reader-main.ts"), { execArgv: ["--import", "tsx"], detached: true });
  endWithUs(child, "KILL");
  const task: ReadingTask = { work, appUrl, whop: { apiKey, appId, baseUrl, botUserId } };
  return new Promise((resolve, reject) => {
    child.once("message", (result) => resolve(result as ReadingResult)); // from our own process
    child.once("error", reject);
    child.once("exit", (code, signal) => reject(new Error(`The reader ended by itself (${code ?? signal}).`)));
    child.send(task);
  });
}
