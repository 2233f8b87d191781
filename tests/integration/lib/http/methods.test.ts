import { methods } from "@/lib/http/methods";
import { routeWith } from "@/lib/http/route";
import { routeDeps } from "@/tests/support/route-deps";
import { type Served, serve } from "@/tests/support/serve";

const ok = routeWith(() => routeDeps(), { auth: "none", handle: async () => ({ success: true }) });
let server: Served;

beforeAll(async () => {
  server = await serve(methods({ GET: ok, POST: ok }));
});

afterAll(() => server.stop());

test.each(["PUT", "PATCH", "DELETE"])(
  "%s, which is not declared, answers 405, says what is, and has the usual body",
  async (method) => {
    const response = await fetch(server.url, { method });
    expect([response.status, response.headers.get("allow")]).toEqual([405, "GET, HEAD, OPTIONS, POST"]);
    expect(await response.json()).toEqual({
      success: false,
      error: { code: "method_not_allowed", message: expect.any(String) },
      meta: { requestId: response.headers.get("x-request-id") },
    });
    expect(response.headers.get("x-content-type-options")).toBe("nosniff");
  },
);

test("HEAD is GET without its body", async () => {
  const [head, get] = await Promise.all([fetch(server.url, { method: "HEAD" }), fetch(server.url)]);
  expect([head.status, await head.text()]).toEqual([200, ""]);
  expect(head.headers.get("content-type")).toBe(get.headers.get("content-type"));
  const unsent = await methods({ GET: ok }).HEAD(new Request("http://x/api", { method: "HEAD" }));
  expect(unsent.body).toBeNull();
});

test("HEAD is not there without GET", async () => {
  const response = await methods({ POST: ok }).HEAD(new Request("http://x/api", { method: "HEAD" }));
  expect([response.status, response.headers.get("allow")]).toEqual([405, "OPTIONS, POST"]);
});

test("OPTIONS says what there is and allows no other site anything", async () => {
  const headers = { "access-control-request-method": "POST" };
  const response = await fetch(server.url, { method: "OPTIONS", headers });
  expect([response.status, response.headers.get("allow")]).toEqual([204, "GET, HEAD, OPTIONS, POST"]);
  expect([...response.headers.keys()].filter((name) => name.startsWith("access-control-"))).toEqual([]);
});
