import { createServer } from "node:http";
import { getRequestListener } from "@hono/node-server";
import { getDeps } from "@/lib/deps";
import { trackClientAddresses } from "@/lib/http/client-address";
import { allRoutes, routeFor } from "@/tests/support/routes";
import { shiftClock } from "@/tests/support/shifted-clock";

/**
 * The app's route handlers with the real parts of the environment, in a process that can be killed; for tests that run before
 * there is a build. It has no net under it: an error that nobody handles ends it. The port is its first argument.
 */
async function main(): Promise<void> {
  const deps = getDeps();
  trackClientAddresses();
  const routes = await allRoutes();
  let isEnding = false;
  const answer = async (request: Request): Promise<Response> => {
    const route = routeFor(routes, new URL(request.url).pathname);
    const handler = route?.handlers[request.method as keyof typeof route.handlers]; // an unknown method finds none
    const response = handler ? await handler(request) : new Response(null, { status: 404 });
    if (isEnding) response.headers.set("connection", "close");
    return response;
  };
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  server.listen(Number(process.argv[2]), "127.0.0.1");

  // As Next does: no new connections, what is under way is finished.
  process.once("SIGTERM", () => {
    isEnding = true;
    server.close(async () => {
      await Promise.all([deps.db.destroy(), deps.redis.close()]);
      process.exit(143);
    });
    server.closeIdleConnections();
  });
  process.on("message", (message) => {
    if (typeof message === "object" && message && "clockOffsetMs" in message) shiftClock(Number(message.clockOffsetMs));
    process.send?.("done");
  });
  process.once("disconnect", () => process.exit(1)); // whoever started it is gone
}

void main();
