import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { rm, writeFile } from "node:fs/promises";
import { type AddressInfo, connect, createServer } from "node:net";
import { z } from "zod";
import { errorCode } from "@/dev/error-code";
import { readJson } from "@/dev/read-json";

const Holder = z.object({ pid: z.number(), port: z.number(), token: z.string() });
const ANSWER_WITHIN_MS = 1_000;
const ATTEMPTS = 5;

/**
 * Makes a folder one stack's own. Who holds it answers on a port: the number of a process alone may long belong to another.
 * @returns what gives it back. @throws Error in one line when a stack runs there.
 */
export async function lockFolder(path: string): Promise<() => Promise<void>> {
  const token = randomBytes(12).toString("hex");
  const server = createServer((socket) => {
    socket.on("error", () => undefined); // whoever asked has gone
    socket.end(token);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  server.unref();
  const { port } = server.address() as AddressInfo; // a TCP server's address is never a string

  for (let attempt = 1; ; attempt += 1) {
    try {
      await writeFile(path, JSON.stringify({ pid: process.pid, port, token }), { flag: "wx", mode: 0o600 });
      break;
    } catch (error) {
      if (errorCode(error) !== "EEXIST" || attempt === ATTEMPTS) throw error;
    }
    const holder = Holder.safeParse(await readJson(path)).data;
    if (holder && (await answerOf(holder.port)) === holder.token) {
      server.close();
      throw new Error(`WEE5 already runs in this folder (process ${holder.pid}): stop that one first.`);
    }
    await rm(path, { force: true });
  }
  return async () => {
    await rm(path, { force: true });
    server.close();
  };
}

function answerOf(port: number): Promise<string> {
  return new Promise((resolve) => {
    let answer = "";
    const socket = connect(port, "127.0.0.1");
    socket.setTimeout(ANSWER_WITHIN_MS, () => socket.destroy());
    socket.on("data", (part) => {
      answer += part.toString("utf8");
    });
    socket.on("error", () => resolve("")); // nobody there
    socket.on("close", () => resolve(answer));
  });
}
