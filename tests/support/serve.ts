import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { keepOpen } from "@/dev/keep-open";

type Answerer = (request: Request) => Promise<Response>;

export interface Served {
  url: string;
  port: number;
  stop(): Promise<void>;
}

/** Serves route handlers over real HTTP on a free port: one for everything, or one per method as a route file exports them. */
export async function serve(handlers: Answerer | Partial<Record<string, Answerer>>): Promise<Served> {
  const answer: Answerer = (request) => {
    const handler = typeof handlers === "function" ? handlers : handlers[request.method];
    if (handler === undefined) throw new Error(`Nothing here answers ${request.method}.`);
    return handler(request);
  };
  const server = createServer(getRequestListener(answer, { overrideGlobalObjects: false }));
  keepOpen(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string
  return {
    port,
    url: `http://127.0.0.1:${port}`,
    async stop() {
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeAllConnections();
      await closed;
    },
  };
}
