import { createHash } from "node:crypto";
import { type Dirent, readdirSync, readFileSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { BoundedLog } from "@/dev/bounded-log";
import { type Child, startChild } from "@/dev/child";
import { errorCode } from "@/dev/error-code";
import { readJson } from "@/dev/read-json";

export const NEXT = join("node_modules", "next", "dist", "bin", "next");
const STAMP = join(".next", "wee5-build.json");
const BUILD_ID = join(".next", "BUILD_ID");
/** What a build is made of. */
const FOLDERS = ["app", "components", "lib", "public", "services", "types"];
const ROOT_FILES = /^(next\.config|proxy|instrumentation[-\w]*|postcss\.config|tsconfig|package|package-lock)\.\w+$/;

const Stamp = z.object({ sources: z.string(), buildId: z.string() });

/** Whether the build that is there was made of the sources that are there. */
export async function isBuilt(): Promise<boolean> {
  const stamp = Stamp.safeParse(await readJson(STAMP)).data;
  return stamp !== undefined && stamp.buildId === (await buildId()) && stamp.sources === hashOfSources();
}

/**
 * Builds the app for production.
 * @throws Error with the last words of the build; when `signal` is aborted, its reason.
 */
export async function buildApp(env: NodeJS.ProcessEnv, log: BoundedLog, signal: AbortSignal): Promise<void> {
  // Before the build: what changes while it runs is not in it for certain.
  const sources = hashOfSources();
  const build = startChild({ name: "build", args: [NEXT, "build"], env, log });
  const code = await endOf(build, signal);
  signal.throwIfAborted();
  const id = await buildId();
  if (code !== 0 || id === undefined) throw new Error(build.epitaph());
  await writeFile(STAMP, JSON.stringify({ sources, buildId: id }));
}

async function endOf(build: Child, signal: AbortSignal): Promise<number | null> {
  const stop = () => void build.stop();
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await build.ended;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

async function buildId(): Promise<string | undefined> {
  try {
    return await readFile(BUILD_ID, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

function hashOfSources(): string {
  const hash = createHash("sha256").update(process.version);
  const rootFiles = readdirSync(".").filter((name) => ROOT_FILES.test(name));
  for (const path of [...rootFiles, ...FOLDERS.flatMap(filesIn)].sort()) {
    hash.update(`\0${path}\0`).update(readFileSync(path));
  }
  return hash.digest("hex");
}

function filesIn(folder: string): string[] {
  const toPath = (entry: Dirent) => join(entry.parentPath, entry.name);
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(toPath);
}
