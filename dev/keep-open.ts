import type { Server } from "node:http";

/**
 * Leaves it to the client to end connections that nobody uses. Node ends them after five seconds, and where client and server share a
 * process that was busy for so long, it cuts each just as the next request goes out on it.
 */
export function keepOpen(server: Pick<Server, "keepAliveTimeout">): void {
  server.keepAliveTimeout = 0;
}
