import { z } from "zod";
import { checkHealth } from "@/lib/health";
import { jsonAnswer } from "@/lib/http/answer";
import { methods } from "@/lib/http/methods";
import { route } from "@/lib/http/route";

/** Without `deep` it only says that the process answers; `?deep=1` asks the database, Redis, Whop and the job queue. */
export const { GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS } = methods({
  GET: route({
    auth: "none",
    query: z.strictObject({ deep: z.enum(["0", "1"]).optional() }),
    handle: async (deps, { query, requestId }) => {
      if (query.deep !== "1") return { status: "ok" };
      const health = await checkHealth(deps);
      return jsonAnswer(health, requestId, health.status === "down" ? 503 : 200);
    },
  }),
});
