import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { checkRanks } from "@/services/leaderboard/check-ranks";
import { readLeaderboard } from "@/services/leaderboard/read-leaderboard";
import { anApp } from "@/tests/support/app";
import { aCommunity } from "@/tests/support/community";
import { putMembers } from "@/tests/support/leaderboard";

const app = anApp();
const run = promisify(execFile);

/** `npm run ranks`, against the servers of the test. */
async function ranks(...named: string[]): Promise<string> {
  const { env } = app().deps;
  if (env.redis.kind !== "upstash") throw new Error("the test's Redis is spoken to as Upstash");
  const { stdout } = await run("npx", ["tsx", "scripts/rebuild-ranks.ts", ...named], {
    env: {
      ...process.env,
      APP_URL: env.appUrl,
      DATABASE_URL: env.databaseUrl,
      UPSTASH_REDIS_REST_URL: env.redis.url,
      UPSTASH_REDIS_REST_TOKEN: env.redis.token,
      WHOP_API_KEY: env.whopApiKey,
      WHOP_WEBHOOK_SECRET: env.whopWebhookSecrets.join(","),
      WHOP_BASE_URL: env.whopBaseUrl,
      NEXT_PUBLIC_WHOP_APP_ID: env.whopAppId,
      ENCRYPTION_KEY: env.encryptionKey.toString("base64"),
    },
  });
  return stdout;
}

test("one command makes the ranks of all communities in Redis anew, or of the one that is named", async () => {
  const { database, deps, redis } = app();
  const communities = [await aCommunity(database), await aCommunity(database)];
  const members = [1, 2, 3].map((at) => ({ userId: `user_${at}`, xp: 100 * at }));
  for (const communityId of communities) await putMembers(database, deps, communityId, members);
  const isCached = async (communityId: string) => {
    const request = { filter: "all-time", limit: 1, me: true } as const;
    return (await readLeaderboard(deps, communityId, request, "user_1")).cached;
  };

  expect(await ranks()).toBe("Ranks of 2 communities rebuilt.\n");
  for (const communityId of communities) {
    expect(await isCached(communityId)).toBe(true);
    expect(await checkRanks(deps, communityId)).toEqual([]);
  }
  await redis.flush();
  expect(await ranks(communities[1] ?? "")).toBe("Ranks of 1 communities rebuilt.\n");
  expect(await isCached(communities[1] ?? "")).toBe(true);
  expect(await isCached(communities[0] ?? "")).toBe(false);
  await expect(ranks("biz_nowhere")).rejects.toMatchObject({
    code: 1,
    stderr: expect.stringContaining("no such community"),
  });
});
