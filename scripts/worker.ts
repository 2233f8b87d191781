import { createDeps } from "@/lib/deps";
import { readEnv } from "@/lib/env";
import { startWorker } from "@/lib/jobs";
import { loadEnvFile } from "@/scripts/environment";
import { failWith } from "@/scripts/fail-with";
import { CRONTAB, JOBS } from "@/services/worker";

/** `npm run worker`: works on jobs until TERM or INT, then finishes those under way. */
async function main(): Promise<void> {
  loadEnvFile();
  const env = readEnv();
  if (!env.directDatabaseUrl)
    throw new Error("DIRECT_DATABASE_URL is missing: the worker needs the owner's address for the queue.");
  const deps = createDeps(env);
  const worker = await startWorker(deps, JOBS, { queueUrl: env.directDatabaseUrl, crontab: CRONTAB });
  deps.log.info({}, "worker started");
  let isAsked = false;
  const stop = () => {
    isAsked = true;
    void worker.stop();
  };
  process.on("SIGTERM", stop);
  process.on("SIGINT", stop);
  await worker.ended;
  // So that whoever looks after processes starts it again.
  if (!isAsked) process.exitCode = 1;
  await deps.realtime?.broadcaster.idle();
  await Promise.all([deps.db.destroy(), deps.redis.close()]);
  deps.log.info({}, "worker stopped");
}

main().catch(failWith("The worker did not start"));
