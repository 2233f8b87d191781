import { z } from "zod";
import { writePrivately } from "@/dev/private-file";
import { readJson } from "@/dev/read-json";
import type { Secrets } from "@/dev/secrets";
import type { Sample } from "@/dev/seed/communities";
import { drawTalk } from "@/dev/seed/talk";
import { worldOf } from "@/dev/seed/world";
import type { WorldData } from "@/dev/whop/records";
import { startWhopSimulator, type WhopSimulator } from "@/dev/whop/simulator";

/** Of Whop's pauses between retries (30 s, 2 min, 8 min …): an app that restarts is soon told what it missed. */
const RETRY_SCALE = 0.05;
const SAVE_EVERY_MS = 30_000;

const list = z.array(z.unknown());
/** Only that every list is there: the file is our own. */
const Saved = z.looseObject({
  users: list,
  companies: list,
  experiences: list,
  channels: list,
  memberships: list,
  team: list,
  messages: list,
  reactions: list,
});

export type SampleWhopOptions = {
  secrets: Secrets;
  sample: Sample;
  /** Keeps what people wrote over a restart. */
  file: string;
  /** Without a look at the file. */
  isNew: boolean;
  port: number;
  webhookUrl?: string;
};

/** Starts the simulated Whop with the sample communities in it, as they were when it was last stopped. */
export async function startSampleWhop(
  options: SampleWhopOptions,
): Promise<{ simulator: WhopSimulator; save(): Promise<void>; stop(): Promise<void> }> {
  const { secrets, sample, file, isNew, port, webhookUrl } = options;
  const saved = isNew ? undefined : Saved.safeParse(await readJson(file)).data;
  const world = saved
    ? (saved as unknown as WorldData) // written by us, below
    : worldOf(
        sample,
        sample.communities.map((community) => drawTalk(sample, community)),
      );
  const { appId, whopApiKey, botUserId, webhookSecret, tokenKey } = secrets;
  const simulator = await startWhopSimulator({
    port,
    webhookUrl,
    retryScale: RETRY_SCALE,
    state: { appId, apiKey: whopApiKey, botUserId, webhookSecrets: [webhookSecret], privateJwk: tokenKey, world },
  });

  let saving = Promise.resolve();
  const save = () => {
    saving = saving.then(() => writePrivately(file, JSON.stringify(simulator.world.data())));
    return saving;
  };
  const timer = setInterval(() => void save(), SAVE_EVERY_MS);
  await save();
  return {
    simulator,
    save,
    stop: async () => {
      clearInterval(timer);
      await simulator.stop();
      await save();
    },
  };
}
