import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "@playwright/test";
import { freePort } from "@/dev/free-port";
import type { StackFile } from "@/dev/stack-file";

let folder: string;
let stack: ChildProcess;
let addresses: StackFile;

test.beforeAll(async () => {
  test.setTimeout(240_000); // it builds the app when nobody has
  folder = await mkdtemp(join(tmpdir(), "wee5-demo-"));
  await chmod(folder, 0o755);
  const env = { ...process.env, PORT: String(await freePort()) };
  const args = ["--import", "tsx", "tests/support/hold-stack.ts", folder, "app"];
  stack = spawn(process.execPath, args, { env, stdio: ["ignore", "pipe", "inherit"] });
  await new Promise<void>((resolve, reject) => {
    stack.stdout?.on("data", (part) => String(part).includes("ready\n") && resolve());
    stack.once("exit", (code) => reject(new Error(`The stack ended with code ${code}.`)));
  });
  addresses = JSON.parse(await readFile(join(folder, "stack.json"), "utf8")) as StackFile; // as the contract says
});
test.afterAll(async () => {
  if (stack.exitCode === null) {
    stack.kill("SIGTERM");
    await once(stack, "exit");
  }
  await rm(folder, { recursive: true, force: true });
});

async function ask(url: string, body: object): Promise<Response> {
  return fetch(url, { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
}

async function myXp(): Promise<number> {
  const { token } = await (await ask(`${addresses.whopUrl}/_sim/token`, { userId: addresses.memberUserId })).json();
  const url = `${addresses.appUrl}/api/leaderboard?experienceId=${addresses.experienceId}&limit=1&me=true`;
  const answer = await fetch(url, { headers: { "x-whop-user-token": token } });
  return (await answer.json()).me.xp;
}

test("a message written in Whop's chat is 20 XP on the member's board", async () => {
  const before = await myXp();

  const { memberUserId: userId, chatExperienceId: experienceId } = addresses;
  await ask(`${addresses.whopUrl}/_sim/messages`, { userId, experienceId, content: "Is anybody here?" });

  await expect.poll(myXp, { timeout: 10_000 }).toBe(before + 20);
});

test("TERM ends the stack in order, and nothing answers any more", async () => {
  stack.kill("SIGTERM");
  const [code] = await once(stack, "exit");

  expect(code).toBe(0);
  for (const url of [addresses.appUrl, addresses.proxyUrl, addresses.whopUrl]) {
    await expect(fetch(url)).rejects.toThrow();
  }
});
