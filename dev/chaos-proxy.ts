import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** What the network does to the connections that go through the proxy. */
export type Weather =
  | "clear"
  /** Nothing arrives any more, on either side, and nobody is told. What was sent meanwhile arrives when it clears, as TCP sends again. */
  | "blackhole"
  /** The target has lost the connections and the client is not told: those stay silent for ever. New ones are silent until it clears. */
  | "half-open"
  /** Connections are reset, new ones too. */
  | "reset";

export interface ChaosProxy {
  port: number;
  become(weather: Weather): void;
  /** Every piece of data comes so much later. */
  delay(milliseconds: number): void;
  /** 0 for no limit. */
  bandwidth(bytesPerSecond: number): void;
  /** Pairs of connections that are still joined. */
  connections(): number;
  stop(): Promise<void>;
}

type Pair = { client: Socket; target?: Socket; isLost: boolean };

/** A TCP proxy on 127.0.0.1 that stands in for a bad network between a client and a port of this machine. */
export async function startChaosProxy(targetPort: number): Promise<ChaosProxy> {
  const pairs = new Set<Pair>();
  const clients = new Set<Socket>();
  let weather: Weather = "clear";
  let delayMs = 0;
  let bytesPerSecond = 0;
  let cleared = createGate();

  async function carry(pair: Pair, from: Socket, to: Socket): Promise<void> {
    for await (const data of from) {
      const chunk: Buffer = data; // a socket without an encoding gives buffers
      const lateMs = delayMs + (bytesPerSecond > 0 ? (chunk.length / bytesPerSecond) * 1000 : 0);
      if (lateMs > 0) await sleep(lateMs);
      await cleared.open;
      if (pair.isLost) continue; // leaving the loop would close the client's side
      if (to.destroyed) return;
      if (!to.write(chunk)) await Promise.race([once(to, "drain"), once(to, "close")]);
    }
    await cleared.open;
    if (!pair.isLost) to.end();
  }

  async function join(pair: Pair): Promise<void> {
    const { client } = pair;
    if (pair.isLost) return;
    await cleared.open;
    const target = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    pair.target = target;
    target.on("error", () => pair.isLost || client.resetAndDestroy());
    client.on("close", () => void forget(pair));
    target.on("close", () => void forgetTarget(pair));
    await Promise.allSettled([carry(pair, client, target), carry(pair, target, client)]);
  }

  async function forget(pair: Pair): Promise<void> {
    await cleared.open; // a black hole swallows the news, too
    pair.target?.destroy();
    pairs.delete(pair);
  }
  async function forgetTarget(pair: Pair): Promise<void> {
    await cleared.open;
    if (!pair.isLost) pair.client.destroy();
  }

  /** The target's side ends; the client's stays as it is, unheard. */
  function lose(pair: Pair): void {
    pair.isLost = true;
    pairs.delete(pair);
    pair.target?.destroy();
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    clients.add(client);
    client.on("error", () => client.destroy());
    client.once("close", () => clients.delete(client));
    if (weather === "reset") {
      client.resetAndDestroy();
      return;
    }
    const pair: Pair = { client, isLost: weather === "half-open" };
    pairs.add(pair);
    void join(pair);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");

  return {
    port: (server.address() as AddressInfo).port, // listening on TCP, it has one
    become(next) {
      weather = next;
      if (next === "blackhole") cleared.shut();
      else cleared.reopen();
      if (next === "half-open") for (const pair of [...pairs]) lose(pair);
      if (next === "reset") for (const client of [...clients]) client.resetAndDestroy();
    },
    delay(milliseconds) {
      delayMs = milliseconds;
    },
    bandwidth(limit) {
      bytesPerSecond = limit;
    },
    connections: () => pairs.size,
    async stop() {
      cleared.reopen();
      cleared = createGate();
      const closed = once(server, "close");
      server.close();
      for (const pair of [...pairs]) lose(pair);
      for (const client of clients) client.destroy();
      await closed;
    },
  };
}

/** Open until it is shut; whoever waits at it goes on when it reopens. */
function createGate() {
  let release: (() => void) | undefined;
  const gate = {
    open: Promise.resolve(),
    shut() {
      if (release) return;
      gate.open = new Promise((resolve) => {
        release = resolve;
      });
    },
    reopen() {
      release?.();
      release = undefined;
    },
  };
  return gate;
}
