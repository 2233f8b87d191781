import { once } from "node:events";
import { expect, test } from "@playwright/test";
import { stackOfFile } from "@/tests/e2e/stack";

const stack = stackOfFile();

async function ask(url: string, body: object): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function myXp(): Promise<number> {
  const { addresses } = stack();
  const { token } = await (await ask(`${addresses.whopUrl}/_sim/token`, { userId: addresses.memberUserId })).json();
  const url = `${addresses.appUrl}/api/leaderboard?experienceId=${addresses.experienceId}&limit=1&me=true`;
  const answer = await fetch(url, { headers: { "x-whop-user-token": token } });
  return (await answer.json()).me.xp;
}

test("a message written in Whop's chat is 20 XP on the member's board", async () => {
  const { addresses } = stack();
  const before = await myXp();

  const { memberUserId: userId, chatExperienceId: experienceId } = addresses;
  await ask(`${addresses.whopUrl}/_sim/messages`, { userId, experienceId, content: "Is anybody here?" });

  await expect.poll(myXp, { timeout: 10_000 }).toBe(before + 20);
});

test("TERM ends the stack in order, and nothing answers any more", async () => {
  const { addresses, process } = stack();
  process.kill("SIGTERM");
  const [code] = await once(process, "exit");

  expect(code).toBe(0);
  for (const url of [addresses.appUrl, addresses.proxyUrl, addresses.whopUrl]) {
    await expect(fetch(url)).rejects.toThrow();
  }
});
