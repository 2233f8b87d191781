import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { startWhopProxy, type WhopProxy } from "@/dev/whop/proxy";
import { createTokenVerifier } from "@/lib/auth/user-token";
import { aWhop } from "@/tests/support/whop";

const whop = aWhop();
let app: Server;
let proxy: WhopProxy;
let visits: IncomingMessage[];

beforeAll(async () => {
  app = createServer(async (incoming, response) => {
    visits.push(incoming);
    const url = new URL(incoming.url ?? "/", "http://app");
    if (url.pathname === "/stream") {
      response.write("first");
      return; // The rest never comes: who waits for the whole body waits in vain.
    }
    if (url.pathname === "/broken") {
      response.writeHead(200).write("half");
      setTimeout(() => response.destroy(), 20);
      return;
    }
    let size = 0;
    for await (const chunk of incoming) size += chunk.length;
    response.setHeader("Set-Cookie", ["theme=dark; Path=/"]);
    response.setHeader("X-Size", String(size));
    response.writeHead(url.pathname === "/missing" ? 404 : 200, { "Content-Type": "text/plain" }).end(incoming.url);
  });
  app.on("upgrade", (incoming, socket) => {
    visits.push(incoming);
    socket.write("HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n");
    socket.pipe(socket);
  });
  await new Promise<void>((listening) => app.listen(0, "127.0.0.1", listening));
  const target = `http://127.0.0.1:${(app.address() as AddressInfo).port}`;
  proxy = await startWhopProxy({ target, mintToken: (userId) => whop().mintToken(userId) });
});
beforeEach(() => {
  visits = [];
});
afterAll(async () => {
  await proxy.stop();
  app.closeAllConnections();
  await new Promise((closed) => app.close(closed));
});

async function userSeen(): Promise<string | null> {
  const token = visits.at(-1)?.headers["x-whop-user-token"];
  if (token === undefined) return null;
  const { appId, jwksUrl } = whop();
  return (await createTokenVerifier({ appId, jwksUrl }).verify(new Headers({ "x-whop-user-token": String(token) })))
    .userId;
}

/** Keeps cookies as a browser would. */
function aBrowser() {
  const jar = new Map<string, string>();
  return async (path: string, init: RequestInit = {}) => {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(`${proxy.url}${path}`, {
      ...init,
      headers: { ...init.headers, ...(cookie ? { cookie } : {}) },
    });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      if (line.includes("Max-Age=0")) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  };
}

test("whoever is chosen by the address stays so on the requests that follow", async () => {
  const browse = aBrowser();
  await browse("/");
  expect(await userSeen()).toBeNull();
  const response = await browse("/experiences/exp_a?tab=board&sim_user=user_ada");
  expect(await response.text()).toBe("/experiences/exp_a?tab=board");
  expect(await userSeen()).toBe("user_ada");
  await browse("/api/leaderboard");
  expect(await userSeen()).toBe("user_ada");
  await browse("/?sim_user=user_bob");
  await browse("/api/leaderboard");
  expect(await userSeen()).toBe("user_bob");
});

test("a ready token is passed on as it is, until another user is chosen", async () => {
  const browse = aBrowser();
  await browse(`/?whop-dev-user-token=${await whop().mintToken("user_eve")}`);
  await browse("/api/xp");
  expect(await userSeen()).toBe("user_eve");
  await browse("/?sim_user=user_ada");
  await browse("/api/xp");
  expect(await userSeen()).toBe("user_ada");
});

test("a request that brings its own token keeps it", async () => {
  const browse = aBrowser();
  await browse("/?sim_user=user_ada");
  await browse("/", { headers: { "x-whop-user-token": "its.own.token" } });
  expect(visits.at(-1)?.headers["x-whop-user-token"]).toBe("its.own.token");
});

test("the app sees neither the choice nor its cookie, and its own cookies pass both ways", async () => {
  const browse = aBrowser();
  await browse("/?sim_user=user_ada");
  await browse("/");
  expect(visits.at(-1)?.url).toBe("/");
  expect(visits.at(-1)?.headers.cookie).toBe("theme=dark");
  expect(visits.at(-1)?.headers["x-forwarded-host"]).toBe(new URL(proxy.url).host);
});

test("statuses, bodies and headers pass through", async () => {
  const browse = aBrowser();
  const response = await browse("/missing", {
    method: "POST",
    body: Buffer.alloc(300_000, 1),
    headers: { Origin: proxy.url },
  });
  expect(response.status).toBe(404);
  expect(response.headers.get("x-size")).toBe("300000");
  expect(visits.at(-1)?.headers.origin).toBe(proxy.url);
  expect((await browse("/", { method: "HEAD" })).status).toBe(200);
});

test("a body arrives as it is made, not when it is finished", async () => {
  const first = await new Promise<string>((arrived, failed) => {
    const asked = request(`${proxy.url}/stream`, (response) => {
      response.once("data", (chunk) => {
        arrived(String(chunk));
        asked.destroy();
      });
    });
    asked.on("error", failed).end();
  });
  expect(first).toBe("first");
});

test("a body that breaks off is broken here too, not short", async () => {
  const response = await fetch(`${proxy.url}/broken`);
  await expect(response.text()).rejects.toThrow();
});

test("a WebSocket passes with the user's token", async () => {
  const echoed = await new Promise<string>((arrived, failed) => {
    const { hostname, port } = new URL(proxy.url);
    const socket = connect(Number(port), hostname, () => {
      socket.write("GET /socket?sim_user=user_ada HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
    });
    let text = "";
    socket.on("error", failed).on("data", (chunk) => {
      text += chunk;
      if (text.endsWith("\r\n\r\n")) socket.write("hello");
      if (text.endsWith("hello")) {
        arrived(text);
        socket.destroy();
      }
    });
  });
  expect(echoed).toContain("101 Switching Protocols");
  expect(await userSeen()).toBe("user_ada");
});

test("an app that is not there is a 502", async () => {
  const lonely = await startWhopProxy({ target: "http://127.0.0.1:9", mintToken: async () => "t" });
  expect((await fetch(`${lonely.url}/`)).status).toBe(502);
  await lonely.stop();
});

test("two pages of one browser, whose addresses name different users, stay apart", async () => {
  const browse = aBrowser();
  await browse("/experiences/exp_a?sim_user=user_ada");
  await browse("/experiences/exp_a?sim_user=user_bob");
  await browse("/api/me", { headers: { referer: `${proxy.url}/experiences/exp_a?sim_user=user_ada` } });
  expect(await userSeen()).toBe("user_ada");
  await browse("/api/me", { headers: { referer: `${proxy.url}/experiences/exp_a` } });
  expect(await userSeen()).toBe("user_bob");
});

test("a page of another origin names nobody", async () => {
  const browse = aBrowser();
  await browse("/?sim_user=user_ada");
  await browse("/api/me", { headers: { referer: "http://127.0.0.1:9/?sim_user=user_bob" } });
  expect(await userSeen()).toBe("user_ada");
});

test("Whop's theme cookie reaches the app with the first request", async () => {
  const headers = { cookie: "sim_user=user_ada; whop-frosted-theme=appearance:dark" };
  await fetch(`${proxy.url}/`, { headers });
  expect(visits.at(-1)?.headers.cookie).toBe("whop-frosted-theme=appearance:dark");
});
