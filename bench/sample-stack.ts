import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { freePort } from "@/dev/free-port";
import { createProgress } from "@/dev/progress";
import { FULL_SAMPLE } from "@/dev/seed/communities";
import { type Stack, startStack } from "@/dev/stack";

export type SampleStack = Stack & {
  dataDir: string;
  /** The app's environment. */
  variables: Record<string, string>;
};

/** All of WEE5 with the sample community, as `npm run demo` has it, without members who write. */
export async function startSampleStack(variables: Record<string, string> = {}): Promise<SampleStack> {
  const dataDir = await mkdtemp(join(tmpdir(), "wee5-bench-"));
  try {
    const stack = await startStack({
      app: "start",
      dataDir,
      port: await freePort(),
      quiet: true,
      sample: FULL_SAMPLE,
      variables,
      progress: createProgress(() => undefined),
      signal: new AbortController().signal,
    });
    const stop = async () => {
      await stack.stop();
      await rm(dataDir, { recursive: true, force: true });
    };
    const environment = await readFile(join(dataDir, "environment.json"), "utf8");
    return { ...stack, dataDir, variables: JSON.parse(environment), stop };
  } catch (error) {
    await rm(dataDir, { recursive: true, force: true });
    throw error;
  }
}

/** The member's page as they see it, without the page around it. */
export function memberPage({ addresses: { proxyUrl, experienceId, memberUserId } }: SampleStack): string {
  return `${proxyUrl}/experiences/${experienceId}?sim_user=${memberUserId}`;
}
