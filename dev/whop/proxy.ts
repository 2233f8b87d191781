import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { pipeline } from "node:stream";
import { createVisits, type Looker, type Visit } from "./visit";

export interface WhopProxyOptions extends Looker {
  port?: number;
  host?: string;
  /** The app's own address. */
  target: string;
}

export interface WhopProxy {
  url: string;
  stop(): Promise<void>;
}

/**
 * Stands where Whop's proxy stands: the iframe's origin, in front of the app. Adds the user token to every request that has none, and
 * passes bodies and WebSockets through as they come.
 */
export async function startWhopProxy(options: WhopProxyOptions): Promise<WhopProxy> {
  const { host = "127.0.0.1" } = options;
  const target = new URL(options.target);
  const visitOf = createVisits(options);
  const sockets = new Set<Socket>();

  function ask(request: IncomingMessage, visit: Visit) {
    return httpRequest({
      host: target.hostname,
      port: target.port || 80,
      method: request.method,
      path: visit.path,
      headers: {
        ...visit.headers,
        host: target.host,
        "x-forwarded-host": request.headers.host,
        "x-forwarded-proto": "http",
      },
      agent: false,
    });
  }

  async function forward(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const visit = await visitOf(request);
    const asked = ask(request, visit);
    asked.on("error", () => refuse(response));
    asked.on("response", (answer) => {
      response.writeHead(answer.statusCode ?? 502, withCookies(answer.headers, visit.cookies));
      // Headers go ahead of a body that is still being made.
      response.flushHeaders();
      pipeline(answer, response, () => asked.destroy());
    });
    response.on("close", () => asked.destroy());
    pipeline(request, asked, () => undefined);
  }

  async function upgrade(request: IncomingMessage, socket: Socket, head: Buffer): Promise<void> {
    const visit = await visitOf(request);
    const asked = ask(request, {
      ...visit,
      headers: { ...visit.headers, connection: "Upgrade", upgrade: request.headers.upgrade },
    });
    socket.on("error", () => asked.destroy());
    asked.on("error", () => socket.destroy());
    asked.on("response", () => socket.destroy());
    asked.on("upgrade", (answer, upstream, rest) => {
      socket.write(rawHead(answer));
      socket.write(rest);
      upstream.write(head);
      pipeline(upstream, socket, upstream, () => socket.destroy());
    });
    asked.end();
  }

  const server = createServer((request, response) => {
    forward(request, response).catch(() => refuse(response));
  });
  server.on("upgrade", (request, socket: Socket, head) => {
    upgrade(request, socket, head).catch(() => socket.destroy());
  });
  server.on("connection", (socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
  });
  server.listen(options.port ?? 0, host);
  await once(server, "listening");

  return {
    url: `http://${host}:${(server.address() as AddressInfo).port}`, // Listening on TCP, it has an address and a port.
    stop: async () => {
      const closed = once(server, "close");
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

function withCookies(headers: OutgoingHttpHeaders, cookies: string[]): OutgoingHttpHeaders {
  const { connection: _connection, "keep-alive": _keepAlive, ...rest } = headers;
  if (cookies.length === 0) return rest;
  return { ...rest, "set-cookie": [rest["set-cookie"] ?? [], cookies].flat().map(String) };
}

function rawHead(answer: IncomingMessage): string {
  const lines = [`HTTP/1.1 ${answer.statusCode} ${answer.statusMessage}`];
  for (let i = 0; i < answer.rawHeaders.length; i += 2)
    lines.push(`${answer.rawHeaders[i]}: ${answer.rawHeaders[i + 1]}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

function refuse(response: ServerResponse): void {
  // Once the answer has begun, whatever ends it is passed on by the pipeline.
  if (!response.headersSent)
    response.writeHead(502, { "Content-Type": "text/plain" }).end("The app does not answer.\n");
}
