import { mkdir, rm } from "node:fs/promises";
import { join, resolve } from "node:path";
import { appVariables, processEnvironment } from "@/dev/app-environment";
import { startApp, startWorkerProcess } from "@/dev/app-process";
import { createBoundedLog } from "@/dev/bounded-log";
import { buildApp, isBuilt } from "@/dev/build-app";
import { startMembers } from "@/dev/members/members";
import { choosePorts, isFree, type Ports } from "@/dev/ports";
import { startPostgres } from "@/dev/postgres";
import { deletePostgresData } from "@/dev/postgres-process";
import type { Progress } from "@/dev/progress";
import { startUpstashServer } from "@/dev/redis/upstash-server";
import { openSampleDatabase } from "@/dev/sample-database";
import { loadSecrets, type Secrets } from "@/dev/secrets";
import { drawSample, FULL_SAMPLE, type Sample, type SampleSize } from "@/dev/seed/communities";
import { seedStack } from "@/dev/seed/seed-stack";
import { removeStackFiles, type StackFile, writeStackFiles } from "@/dev/stack-file";
import { lockFolder } from "@/dev/stack-lock";
import { type Parts, watchParts } from "@/dev/watch-parts";
import { startWhopProxy } from "@/dev/whop/proxy";
import type { WhopSimulator } from "@/dev/whop/simulator";
import { startSampleWhop } from "@/dev/whop-of-stack";

/** Of the sample: this one gives every role a name and a level that look well. */
const SEED = 14;

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
  progress: Progress;
  /** Aborted, the start ends with its reason and leaves nothing running. */
  signal: AbortSignal;
};

export type Stack = {
  addresses: StackFile;
  /** Resolves when a part ends by itself, with one line on it. The others still run. */
  broken: Promise<Error>;
  /** Stops everything, in reverse order. */
  stop(): Promise<void>;
};

/** What stops the parts that run, in the order of their starts. */
type Undo = (() => Promise<unknown>)[];

/**
 * Starts all of WEE5 on this machine: Postgres, Redis by Upstash's protocol, the simulated Whop, the app and its worker, the proxy in
 * front of it and the members. What is missing is made on the way: secrets, the build, the sample communities.
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
  const addresses = await standInFront(options, servers, { secrets, ports }, undo);
  await writeStackFiles(folder, addresses, servers.variables);
  undo.push(() => removeStackFiles(folder));

  if (!options.quiet && app !== "none") {
    const { whop, sample } = servers;
    const members = startMembers({
      whop,
      sample,
      log: createBoundedLog(join(folder, "members.log")),
      seed: Date.now(),
    });
    undo.push(() => members.stop());
  }
  const { broken, unwatch } = watchParts(parts);
  undo.push(unwatch);
  progress.say("everything is up");
  return { addresses, broken };
}

/** All but the build, the logs and the ports, which are as good for another beginning. */
async function startOver(folder: string): Promise<void> {
  await deletePostgresData(join(folder, "postgres"));
  for (const name of ["secrets.json", "whop.json"]) await rm(join(folder, name), { force: true });
}

async function startBuild({ progress, signal }: StackOptions, folder: string): Promise<void> {
  if (await isBuilt()) return;
  progress.say("building the app (some 45 s on two cores, once)");
  await buildApp(processEnvironment({}, "production"), createBoundedLog(join(folder, "build.log")), signal);
  progress.say("the app is built");
}

type Basis = { folder: string; secrets: Secrets; ports: Ports };

type Servers = {
  postgres: Parts["postgres"];
  whop: WhopSimulator;
  sample: Sample;
  /** The owner's address of the database. */
  ownerUrl: string;
  redisUrl: string;
  /** The app's environment. */
  variables: Record<string, string>;
};

/** Everything the app needs, with the sample communities in it. */
async function startServers(options: StackOptions, basis: Basis, undo: Undo): Promise<Servers> {
  const { progress, signal, port } = options;
  const { folder, secrets, ports } = basis;
  const postgres = await startPostgres({ durable: true, dataDir: join(folder, "postgres"), port: ports.postgres });
  undo.push(() => postgres.stop());
  signal.throwIfAborted();
  const database = await openSampleDatabase(postgres.url, (url) => asApp(url, secrets), newSample(options.sample));
  progress.say("Postgres is up, the schema is current");

  const redis = await startUpstashServer({ port: ports.redis, token: secrets.redisToken, redisUrl: options.redisUrl });
  undo.push(() => redis.stop());

  const { seed, members, days, endsAt, state } = database.marker;
  const sample = drawSample(seed, { members, days }, endsAt);
  const { simulator: whop, stop } = await startSampleWhop({
    secrets,
    sample,
    file: join(folder, "whop.json"),
    isNew: state === "seeding",
    port: ports.whop,
    webhookUrl: options.app === "none" ? undefined : `http://127.0.0.1:${port}/api/webhook`,
  });
  undo.push(stop);

  const variables = appVariables(
    {
      appUrl: `http://localhost:${port}`,
      proxyUrl: `http://127.0.0.1:${ports.proxy}`,
      databaseUrl: database.appUrl,
      directDatabaseUrl: database.ownerUrl,
      redisUrl: redis.url,
      whopBaseUrl: whop.baseUrl,
      whopUrl: whop.url,
    },
    secrets,
  );
  if (state === "seeding") {
    await seedStack({ variables, sample, whopUrl: whop.url, progress, signal });
    await database.setSeeded();
  }
  return { postgres, whop, sample, ownerUrl: database.ownerUrl, redisUrl: options.redisUrl || redis.url, variables };
}

function newSample({ members, days }: SampleSize = FULL_SAMPLE) {
  // Two minutes ago, so that no cooldown of the history reaches into the present.
  const endsAt = new Date(Math.floor(Date.now() / 1000) * 1000 - 120_000);
  return { state: "seeding", seed: SEED, members, days, endsAt } as const;
}

function asApp(ownerUrl: string, { appPassword }: Secrets): string {
  const url = new URL(ownerUrl);
  url.username = "wee5_app";
  url.password = encodeURIComponent(appPassword);
  return url.href;
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
  { port }: StackOptions,
  { whop, sample, ownerUrl, redisUrl, variables }: Servers,
  { secrets, ports }: Pick<Basis, "secrets" | "ports">,
  undo: Undo,
): Promise<StackFile> {
  const main = sample.communities[0];
  const chat = main?.chats[0];
  if (!main || !chat) throw new Error("The sample has no community.");
  const { mintToken } = whop;
  const target = `http://127.0.0.1:${port}`;
  const proxy = await startWhopProxy({ port: ports.proxy, target, mintToken, defaultUserId: main.memberId });
  undo.push(() => proxy.stop());
  whop.setFrame({ proxyUrl: proxy.url, experienceId: main.app.experienceId, userId: main.memberId });
  return {
    appUrl: variables.APP_URL ?? "",
    frameUrl: `${whop.url}/frame`,
    proxyUrl: proxy.url,
    databaseUrl: ownerUrl,
    redisUrl,
    supabaseUrl: "",
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
