import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { processEnvironment } from "@/dev/app-environment";
import { startApp, startWorkerProcess } from "@/dev/app-process";
import { createBoundedLog } from "@/dev/bounded-log";
import { buildApp, isBuilt } from "@/dev/build-app";
import { startFrame } from "@/dev/frame-of-stack";
import { choosePorts, isFree } from "@/dev/ports";
import { deletePostgresData } from "@/dev/postgres-process";
import type { Progress } from "@/dev/progress";
import type { RealtimeServer } from "@/dev/realtime/server";
import { loadSecrets } from "@/dev/secrets";
import type { SampleSize } from "@/dev/seed/communities";
import { removeStackFiles, type StackFile, writeStackFiles } from "@/dev/stack-file";
import { lockFolder } from "@/dev/stack-lock";
import { type Basis, type Servers, startServers, type Undo } from "@/dev/stack-servers";
import { type Parts, watchParts } from "@/dev/watch-parts";
import { startWhopProxy } from "@/dev/whop/proxy";

/** The build may take longer than all else, and says nothing itself. */
const STILL_BUILDING_EVERY_MS = 15_000;

export type StackOptions = {
  /** The app as built, with hot reload, or none at all: neither it, nor its build, nor its worker, nor members. */
  app: "start" | "dev" | "none";
  /** Where everything is kept. */
  dataDir: string;
  /** Throws away what is kept there, the build excepted. */
  fresh?: boolean;
  /** The app's. */
  port: number;
  /** No simulated activity. */
  quiet?: boolean;
  sample?: SampleSize;
  /** A real Redis behind the Upstash server. */
  redisUrl?: string;
  /** Of the app, beside or instead of the usual ones. */
  variables?: Record<string, string>;
  progress: Progress;
  /** Aborted, the start ends with its reason and leaves nothing running. */
  signal: AbortSignal;
};

export type Stack = {
  addresses: StackFile;
  /** To be taken away and brought back while all else runs. */
  realtime: Pick<RealtimeServer, "down" | "up">;
  /** Resolves when a part ends by itself, with one line on it. The others still run. */
  broken: Promise<Error>;
  /** Stops everything, in reverse order. */
  stop(): Promise<void>;
};

/**
 * Starts all of WEE5 on this machine: Postgres, Redis by Upstash's protocol, Realtime, the simulated Whop, the app and its worker, the
 * proxy in front of it and the members. What is missing is made on the way: secrets, the build, the sample communities.
 * @throws Error in one line; nothing is left running then.
 */
export async function startStack(options: StackOptions): Promise<Stack> {
  const undo: Undo = [];
  const stop = async () => {
    for (let step = undo.pop(); step; step = undo.pop()) await step();
  };
  // A part that fails ends what the others are still doing.
  const failing = new AbortController();
  try {
    const signal = AbortSignal.any([options.signal, failing.signal]);
    return { ...(await startParts({ ...options, signal }, undo)), stop };
  } catch (error) {
    failing.abort(error);
    await stop();
    throw error;
  }
}

async function startParts(options: StackOptions, undo: Undo): Promise<Omit<Stack, "stop">> {
  const { progress, signal, app } = options;
  const folder = resolve(options.dataDir);
  await mkdir(folder, { recursive: true });
  undo.push(await lockFolder(join(folder, "lock")));
  await removeStackFiles(folder);
  if (options.fresh) await startOver(folder);
  if (app !== "none" && !(await isFree(options.port))) {
    throw new Error(`Port ${options.port} is taken by another program: set PORT to a free one.`);
  }
  const secrets = await loadSecrets(join(folder, "secrets.json"));
  const ports = await choosePorts(join(folder, "ports.json"));

  const building = app === "start" ? startBuild(options, folder) : Promise.resolve();
  const serving = startServers(options, { folder, secrets, ports }, undo);
  // Comes after the parts that are up by then, and before those that come up meanwhile. Whoever waits for the two is told.
  undo.push(() => Promise.allSettled([building, serving]));
  const servers = await Promise.race([serving, rejectOf(building)]);
  await building;
  signal.throwIfAborted();

  const parts: Parts = { postgres: servers.postgres, children: [] };
  if (app !== "none") await startAppAndWorker(options, folder, servers.variables, parts, undo);
  const addresses = await standInFront(options, servers, { folder, secrets, ports }, undo);
  await writeStackFiles(folder, addresses, servers.variables);
  undo.push(() => removeStackFiles(folder));

  const { broken, unwatch } = watchParts(parts);
  undo.push(unwatch);
  progress.say("everything is up");
  return { addresses, realtime: servers.realtime, broken };
}

/** All but the build, the logs and the ports, which are as good for another beginning. */
async function startOver(folder: string): Promise<void> {
  await deletePostgresData(join(folder, "postgres"));
  for (const name of ["secrets.json", "whop.json"]) await rm(join(folder, name), { force: true });
}

async function startBuild({ progress, signal }: StackOptions, folder: string): Promise<void> {
  if (await isBuilt()) return;
  progress.say("building the app (some 45 s on two cores, once)");
  const waiting = setInterval(() => progress.sayNowAndThen(() => "still building the app"), STILL_BUILDING_EVERY_MS);
  try {
    await buildApp(processEnvironment({}, "production"), createBoundedLog(join(folder, "build.log")), signal);
  } finally {
    clearInterval(waiting);
  }
  progress.say("the app is built");
}

async function startAppAndWorker(
  { app: how, port, progress, signal }: StackOptions,
  folder: string,
  variables: Record<string, string>,
  parts: Parts,
  undo: Undo,
): Promise<void> {
  const nodeEnv = how === "dev" ? "development" : "production";
  // The owner's address is the worker's alone.
  const appEnv = processEnvironment({ ...variables, DIRECT_DATABASE_URL: "" }, nodeEnv);
  // Who develops sees what the compiler says.
  const log = how === "dev" ? undefined : createBoundedLog(join(folder, "app.log"));
  const app = await startApp(how === "dev" ? "dev" : "start", port, appEnv, log, signal);
  undo.push(() => app.stop());
  progress.say("the app answers");
  const workerLog = createBoundedLog(join(folder, "worker.log"));
  const worker = startWorkerProcess(processEnvironment(variables, nodeEnv), workerLog);
  undo.push(() => worker.stop());
  parts.children.push(app, worker);
  signal.throwIfAborted();
}

/** The iframe's origin in front of the app, and what the simulated Whop shows in its page. */
async function standInFront(
  { app, quiet, port }: StackOptions,
  { whop, sample, ownerUrl, redisUrl, realtime, variables }: Servers,
  { folder, secrets, ports }: Basis,
  undo: Undo,
): Promise<StackFile> {
  const main = sample.communities[0];
  const chat = main?.chats[0];
  if (!main || !chat) throw new Error("The sample has no community.");
  const { mintToken } = whop;
  const target = `http://127.0.0.1:${port}`;
  const proxy = await startWhopProxy({ port: ports.proxy, target, mintToken, defaultUserId: main.memberId });
  undo.push(() => proxy.stop());
  const members = app === "none" ? "none" : quiet ? "quiet" : "writing";
  const log = createBoundedLog(join(folder, "members.log"));
  undo.push(await startFrame({ whop, sample, ownerUrl, proxyUrl: proxy.url, members, log }));
  return {
    appUrl: variables.APP_URL ?? "",
    frameUrl: `${whop.url}/frame`,
    proxyUrl: proxy.url,
    databaseUrl: ownerUrl,
    redisUrl,
    supabaseUrl: realtime.url,
    whopUrl: whop.url,
    webhookSecret: secrets.webhookSecret,
    appId: secrets.appId,
    companyId: main.companyId,
    experienceId: main.app.experienceId,
    chatExperienceId: chat.experienceId,
    adminUserId: main.adminId,
    moderatorUserId: main.moderatorId,
    memberUserId: main.memberId,
  };
}

/** Settles only when the other fails. */
function rejectOf(work: Promise<unknown>): Promise<never> {
  return new Promise((_, reject) => work.catch(reject));
}
