import { startUpstashServer } from "@/dev/redis/upstash-server";
import { startWhopSimulator } from "@/dev/whop/simulator";
import { startTestRealtime } from "@/tests/support/realtime";
import { type Served, serve } from "@/tests/support/serve";

const SERVERS: [string, () => Promise<Pick<Served, "url" | "stop">>][] = [
  ["Redis as Upstash speaks it", () => startUpstashServer()],
  ["the simulated Whop", () => startWhopSimulator()],
  [
    "Realtime",
    async () => {
      const { server, stop } = await startTestRealtime();
      return { url: server.url, stop };
    },
  ],
  ["the app's routes", () => serve(async () => new Response())],
];

// It would name the time in its answers.
test.each(SERVERS)("%s never ends a connection that a busy client is about to use again", async (_name, start) => {
  const server = await start();
  const { headers } = await fetch(server.url, { method: "POST" });
  expect([headers.get("connection"), headers.get("keep-alive")]).toEqual(["keep-alive", null]);
  await server.stop();
});
