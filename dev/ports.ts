import { createServer } from "node:net";
import { z } from "zod";
import { errorCode } from "@/dev/error-code";
import { writePrivately } from "@/dev/private-file";
import { readJson } from "@/dev/read-json";

/** Below the ports that systems lend to outgoing connections, which would come and go under our feet. */
const FROM = 20_000;
const COUNT = 10_000;

const Ports = z.object({
  postgres: z.number(),
  redis: z.number(),
  realtime: z.number(),
  whop: z.number(),
  proxy: z.number(),
});

/** Ports of the stack's parts, the app's excepted. */
export type Ports = z.infer<typeof Ports>;

/** The ports of last time where they are free, so that addresses stay the same; else others. */
export async function choosePorts(path: string): Promise<Ports> {
  const last = Ports.partial().safeParse(await readJson(path)).data ?? {};
  const taken = new Set<number>();
  const choose = async (known: number | undefined): Promise<number> => {
    let port = known ?? drawn();
    while (taken.has(port) || !(await isFree(port))) port = drawn();
    taken.add(port);
    return port;
  };
  const ports: Ports = {
    postgres: await choose(last.postgres),
    redis: await choose(last.redis),
    realtime: await choose(last.realtime),
    whop: await choose(last.whop),
    proxy: await choose(last.proxy),
  };
  await writePrivately(path, `${JSON.stringify(ports)}\n`);
  return ports;
}

const drawn = () => FROM + Math.floor(Math.random() * COUNT);

/** Whether nothing answers at this port of `localhost`, by either protocol. */
export async function isFree(port: number): Promise<boolean> {
  return (await canListen("127.0.0.1", port)) && (await canListen("::1", port));
}

function canListen(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    // Without IPv6 nothing can be there.
    server.once("error", (error) => resolve(["EADDRNOTAVAIL", "EAFNOSUPPORT"].includes(errorCode(error) ?? "")));
    server.listen(port, host, () => server.close(() => resolve(true)));
  });
}
