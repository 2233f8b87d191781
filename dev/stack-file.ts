import { rm } from "node:fs/promises";
import { join } from "node:path";
import { writePrivately } from "@/dev/private-file";

/** What `.wee5/stack.json` tells while the stack runs: the contract with tests and tools. */
export type StackFile = {
  appUrl: string;
  /** The Whop-like page around the app. */
  frameUrl: string;
  /** The iframe's origin. */
  proxyUrl: string;
  /** With the owner's rights, for inspection. */
  databaseUrl: string;
  redisUrl: string;
  /** The local Realtime, at the address that a Supabase project would have. */
  supabaseUrl: string;
  whopUrl: string;
  webhookSecret: string;
  appId: string;
  companyId: string;
  experienceId: string;
  chatExperienceId: string;
  adminUserId: string;
  moderatorUserId: string;
  memberUserId: string;
};

/** Beside it, `environment.json` holds the app's variables, for our own scripts. */
export async function writeStackFiles(
  folder: string,
  stack: StackFile,
  environment: Record<string, string>,
): Promise<void> {
  await writePrivately(join(folder, "environment.json"), `${JSON.stringify(environment, null, 2)}\n`);
  await writePrivately(join(folder, "stack.json"), `${JSON.stringify(stack, null, 2)}\n`);
}

export async function removeStackFiles(folder: string): Promise<void> {
  for (const name of ["stack.json", "environment.json"]) await rm(join(folder, name), { force: true });
}
