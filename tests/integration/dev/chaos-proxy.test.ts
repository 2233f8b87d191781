import { once } from "node:events";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import { type ChaosProxy, startChaosProxy } from "@/dev/chaos-proxy";

/** Sends back whatever it is sent. */
let echo: Server;
const served = new Set<Socket>();
let proxy: ChaosProxy;
const opened: Socket[] = [];

beforeAll(async () => {
  echo = createServer((socket) => {
    served.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => served.delete(socket));
    socket.pipe(socket);
  }).listen(0, "127.0.0.1");
  await once(echo, "listening");
});
beforeEach(async () => {
  proxy = await startChaosProxy((echo.address() as AddressInfo).port);
});
afterEach(async () => {
  for (const socket of opened.splice(0)) socket.destroy();
  await proxy.stop();
});
afterAll(async () => {
  for (const socket of served) socket.destroy();
  echo.close();
  await once(echo, "close");
});

async function aClient() {
  const socket = connect(proxy.port, "127.0.0.1");
  opened.push(socket);
  let heard = "";
  const errors: string[] = [];
  socket.on("data", (data) => {
    heard += data;
  });
  socket.on("error", (error) => errors.push("code" in error ? String(error.code) : error.message));
  await once(socket, "connect");
  return { socket, heard: () => heard, errors };
}

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; tries < 200 && !condition(); tries++) await sleep(10);
  expect(condition()).toBe(true);
}

test("clear, everything passes both ways, and the end of it too", async () => {
  const { socket, heard } = await aClient();
  socket.write("a".repeat(500_000));
  await until(() => heard().length === 500_000);
  socket.end();
  await once(socket, "close");
  await until(() => proxy.connections() === 0);
});

test("a black hole swallows all and says nothing; when it clears, what was sent arrives", async () => {
  const { socket, heard, errors } = await aClient();
  socket.write("before ");
  await until(() => heard() === "before ");
  proxy.become("blackhole");
  socket.write("during");
  await sleep(100);
  expect(heard()).toBe("before ");
  proxy.become("clear");
  await until(() => heard() === "before during");
  expect(errors).toEqual([]);
});

test("in a black hole the target is not told that the client has gone", async () => {
  const { socket, heard } = await aClient();
  socket.write("hello");
  await until(() => heard() === "hello");
  const [there] = [...served].slice(-1);
  proxy.become("blackhole");
  socket.destroy();
  await sleep(100);
  expect(there?.destroyed).toBe(false);
  proxy.become("clear");
  await until(() => there?.destroyed === true);
});

test("a half-open connection stays silent for ever, and new ones work when it clears", async () => {
  const { socket, heard, errors } = await aClient();
  socket.write("hello");
  await until(() => heard() === "hello");
  const [there] = [...served].slice(-1);
  proxy.become("half-open");
  await until(() => there?.destroyed === true);
  proxy.become("clear");
  socket.write("anyone?");
  await sleep(100);
  expect({ heard: heard(), errors, closed: socket.destroyed }).toEqual({ heard: "hello", errors: [], closed: false });

  const other = await aClient();
  other.socket.write("hello");
  await until(() => other.heard() === "hello");
});

test("a reset ends the connections there are and every new one, until it clears", async () => {
  const { socket, errors } = await aClient();
  proxy.become("reset");
  await until(() => socket.destroyed);
  expect(errors).toEqual(["ECONNRESET"]);
  const next = connect(proxy.port, "127.0.0.1");
  const [error] = await once(next, "error");
  expect(error).toMatchObject({ code: "ECONNRESET" });
  proxy.become("clear");
  const { heard, socket: after } = await aClient();
  after.write("hello");
  await until(() => heard() === "hello");
});

test("delay and bandwidth make data late", async () => {
  const { socket, heard } = await aClient();
  proxy.delay(100);
  let started = performance.now();
  socket.write("hello");
  await until(() => heard() === "hello");
  expect(performance.now() - started).toBeGreaterThan(190);
  proxy.delay(0);
  proxy.bandwidth(10_000);
  started = performance.now();
  socket.write("b".repeat(1_000));
  await until(() => heard().length === 1_005);
  expect(performance.now() - started).toBeGreaterThan(180);
});
