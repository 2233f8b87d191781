import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { clientAddress, trackClientAddresses } from "@/lib/http/client-address";
import { type Served, serve } from "@/tests/support/serve";

const direct = { trustedProxyHops: 0, onVercel: false };
const seen = (address: string, env = direct) => clientAddress(new Headers({ "x-forwarded-for": address }), env);

describe("on a socket", () => {
  let server: Served;

  beforeAll(async () => {
    trackClientAddresses();
    trackClientAddresses(); // twice must not append twice
    server = await serve(async ({ headers }) =>
      Response.json({
        forwarded: headers.get("x-forwarded-for"),
        address: clientAddress(headers, direct),
        hop: clientAddress(headers, { ...direct, trustedProxyHops: 1 }),
      }),
    );
  });

  afterAll(() => server.stop());

  test("a client cannot choose its address: the connection's own is appended to whatever it claims", async () => {
    const response = await fetch(server.url, { headers: { "x-forwarded-for": "6.6.6.6, 7.7.7.7" } });
    expect(await response.json()).toEqual({
      forwarded: "6.6.6.6, 7.7.7.7, 127.0.0.1",
      address: "127.0.0.1",
      hop: "7.7.7.7",
    });
  });

  test("a server that reads Node's own headers, as Next does, sees the same", async () => {
    const node = createServer((request, response) => response.end(request.headers["x-forwarded-for"]));
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    const { port } = node.address() as AddressInfo; // a TCP server's address is never a string
    const ask = async (headers: Record<string, string>) =>
      (await fetch(`http://127.0.0.1:${port}`, { headers })).text();
    const seenByNode = [await ask({ "x-forwarded-for": "6.6.6.6" }), await ask({})];
    node.closeAllConnections();
    await new Promise((resolve) => node.close(resolve));
    expect(seenByNode).toEqual(["6.6.6.6, 127.0.0.1", "127.0.0.1"]);
  });

  test("without any claim it is the connection's", async () => {
    expect(await (await fetch(server.url)).json()).toMatchObject({ forwarded: "127.0.0.1", address: "127.0.0.1" });
  });
});

test("behind proxies of ours the entry before theirs counts, and a list that is too short gives its first", () => {
  const list = "6.6.6.6, 1.2.3.4, 10.0.0.1";
  expect([0, 1, 2, 9].map((trustedProxyHops) => seen(list, { ...direct, trustedProxyHops }))).toEqual([
    "10.0.0.1",
    "1.2.3.4",
    "6.6.6.6",
    "6.6.6.6",
  ]);
});

test.each([
  ["2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"],
  ["2001:db8:1:2:ffff:ffff:ffff:ffff", "2001:db8:1:2::/64"],
  ["2001:0db8:0001:0002::", "2001:db8:1:2::/64"],
  ["2001:db8::1", "2001:db8:0:0::/64"],
  ["::1", "0:0:0:0::/64"],
  ["::ffff:1.2.3.4", "1.2.3.4"],
  ["", "unknown"],
])("%j counts as %j", (address, network) => expect(seen(address)).toBe(network));

test("on Vercel the header that its edge overwrites counts, and the client's own list does not", () => {
  const headers = new Headers({ "x-real-ip": "1.2.3.4", "x-forwarded-for": "6.6.6.6" });
  expect(clientAddress(headers, { trustedProxyHops: 0, onVercel: true })).toBe("1.2.3.4");
});
