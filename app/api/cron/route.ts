import { requireCronSecret } from "@/lib/auth/cron-secret";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";
import { runDueWork } from "@/services/worker";

/** Seconds that Vercel lets it run. */
export const maxDuration = 60;

/** For a scheduler, each minute: does what a worker would do. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: route({
    auth: "none",
    handle: async (deps, { request }) => {
      requireCronSecret(deps.env, request.headers);
      return { success: true, ...(await runDueWork(deps)) };
    },
  }),
});
