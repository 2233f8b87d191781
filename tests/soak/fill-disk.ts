import { execFile } from "node:child_process";
import { appendFile, mkdir, mkdtemp, rm, statfs, symlink } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { errorCode } from "@/dev/error-code";
import { findPostgres } from "@/dev/postgres-binaries";
import { doctorFinds, inWords, missingFrom, storedTwice } from "@/tests/soak/audit";
import { brokenAmong, type Experiment, type Finding, type Plan } from "@/tests/soak/experiment";
import { type Ground, onGround } from "@/tests/soak/ground";
import { disorder, type Ledger, messageSource, newLedger, onlyAnswers, sendFrom } from "@/tests/soak/load";

const run = promisify(execFile);
const DISK_MB = 400;
/** Refusals that show that the disk is really full. */
const ENOUGH_REFUSALS = 60;
const FILL_LIMIT_MS = 60_000;
const RESUME_LIMIT_MS = 60_000;

/**
 * F4: the disk of Postgres fills up under load, once that of its tables and once that of its log. While it is full awards are
 * refused with 503, never acknowledged without being kept; with space again they go on by themselves.
 */
export const fillDisk: Experiment = {
  id: "f4",
  title: "the disk of Postgres is full",
  weight: 2,
  async run(plan) {
    if (process.platform !== "linux" || process.getuid?.() !== 0) {
      return { figures: {}, broken: [], skipped: "only root on Linux may mount a small disk" };
    }
    const half = { ...plan, seconds: plan.seconds / 2 };
    const tables = await onSmallDisk("tables", half);
    const log = await onSmallDisk("log", half);
    return { figures: { ...tables.figures, ...log.figures }, broken: [...tables.broken, ...log.broken] };
  },
};

type Part = "tables" | "log";

async function onSmallDisk(part: Part, plan: Plan): Promise<Finding> {
  const folder = await mkdtemp(join(tmpdir(), "wee5-disk-"));
  const disk = join(folder, "disk");
  const { runAs } = await findPostgres();
  const as = runAs ? `,uid=${runAs.uid},gid=${runAs.gid}` : "";
  await mkdir(disk);
  await run("chmod", ["711", folder]);
  await run("mount", ["-t", "tmpfs", "-o", `size=${DISK_MB}m,mode=0700${as}`, "wee5-small-disk", disk]);
  const place = { folder, disk, dataDir: part === "tables" ? disk : join(folder, "data") };
  const settings = { max_wal_size: "64MB", min_wal_size: "32MB", checkpoint_timeout: "30s" };
  try {
    return await onGround({ postgres: { dataDir: place.dataDir, settings } }, async (ground) => {
      await moveLog(ground, part, place);
      return fillUnderLoad(ground, plan, part, disk);
    });
  } finally {
    await run("umount", ["--lazy", disk]);
    await rm(folder, { recursive: true, force: true });
  }
}

/** One of the two lies on the small disk, the other beside it. */
async function moveLog(
  { postgres }: Ground,
  part: Part,
  { folder, disk, dataDir }: { folder: string; disk: string; dataDir: string },
) {
  const target = part === "tables" ? join(folder, "wal") : join(disk, "wal");
  await postgres.kill();
  await run("mv", [join(dataDir, "pg_wal"), target]);
  await symlink(target, join(dataDir, "pg_wal"));
  await postgres.restart();
}

async function fillUnderLoad(ground: Ground, plan: Plan, part: Part, disk: string): Promise<Finding> {
  const app = await ground.startApp(plan.app);
  const { random } = plan;
  const ledger = newLedger();
  const stop = new AbortController();
  const load = sendFrom(disorder(messageSource(ground.community, random), random), {
    url: () => app.url,
    secret: ground.whop.webhookSecret,
    ledger,
    clients: 10,
    stop: stop.signal,
  });
  let course: Course;
  try {
    await sleep(1_000);
    course = await fillAndFree(ground, ledger, disk, Math.min(10_000, plan.seconds * 500));
    await sleep(1_000);
  } finally {
    stop.abort();
  }
  await load;
  const lost = await missingFrom(ground, ledger.acknowledged.values());
  const twice = await storedTwice(ground);
  const differences = await doctorFinds(ground, ground.community.companyId);
  await app.stop();
  return {
    figures: {
      [`${part}: acknowledged`]: ledger.acknowledged.size,
      [`${part}: refused while full`]: course.refused,
      [`${part}: lost`]: lost.length,
      [`${part}: goes on after ms`]: course.resumedMs,
      [`${part}: answers`]: [...ledger.answers].join(" "),
    },
    broken: brokenAmong({
      [`${part}: the disk was full`]: course.refused >= ENOUGH_REFUSALS,
      [`${part}: nothing acknowledged is missing`]: lost.length === 0,
      [`${part}: nothing is stored twice`]: twice === 0,
      [`${part}: every member equals the fold (${inWords(differences)})`]: differences.length === 0,
      [`${part}: the app answers nothing but 200 and 503 (${[...ledger.answers].join(" ")})`]: onlyAnswers(ledger, [
        200,
        503,
        "lost",
      ]),
      [`${part}: with space again it goes on by itself`]: course.resumedMs < RESUME_LIMIT_MS,
      [`${part}: the app goes on`]: app.deaths() === 0 && app.strayErrors() === 0,
    }),
  };
}

type Course = { refused: number; resumedMs: number };

/** Fills the disk, waits for refusals, keeps it full for a while, and waits for awards after it has space again. */
async function fillAndFree(ground: Ground, ledger: Ledger, disk: string, fullForMs: number): Promise<Course> {
  const ballast = join(disk, "ballast");
  const refusedBefore = ledger.answers.get(503) ?? 0;
  const refused = () => (ledger.answers.get(503) ?? 0) - refusedBefore;
  const started = Date.now();
  for (;;) {
    await fill(ballast, disk);
    const elapsedMs = Date.now() - started;
    if ((refused() >= ENOUGH_REFUSALS && elapsedMs >= fullForMs) || elapsedMs > FILL_LIMIT_MS) break;
    await sleep(200);
    await restartIfGone(ground);
  }
  const atTheEnd = { refused: refused(), acknowledged: ledger.acknowledged.size };
  await rm(ballast, { force: true });
  const freed = performance.now();
  while (ledger.acknowledged.size <= atTheEnd.acknowledged + 20 && performance.now() - freed < RESUME_LIMIT_MS) {
    await sleep(50);
    await restartIfGone(ground);
  }
  return { refused: atTheEnd.refused, resumedMs: Math.round(performance.now() - freed) };
}

/** Takes all the space that is left, to the last page. */
async function fill(ballast: string, disk: string): Promise<void> {
  for (;;) {
    const { bavail, bsize } = await statfs(disk);
    if (bavail === 0) return;
    try {
      await appendFile(ballast, Buffer.alloc(Math.min(bavail * bsize, 8 * 1024 * 1024)));
    } catch (error) {
      if (errorCode(error) === "ENOSPC") return;
      throw error;
    }
  }
}

/** As a service manager does, since Postgres may end of a full disk. It may end again at once, for as long as the disk is full. */
async function restartIfGone({ postgres, ownerUrl }: Ground): Promise<void> {
  if (await accepts(ownerUrl)) return;
  try {
    await postgres.restart();
  } catch (error) {
    if (!(error instanceof Error && error.message.startsWith("Postgres did not start"))) throw error;
  }
}

/** Whether there is a server at all; one that is recovering counts. */
function accepts(url: string): Promise<boolean> {
  const socket = connect(Number(new URL(url).port), "127.0.0.1");
  const answer = new Promise<boolean>((resolve) => {
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
  });
  return answer.finally(() => socket.destroy());
}
