import { createHmac } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { signLegacy, signOwner, signStandard } from "@/dev/whop/signatures";
import { createWebhookVerifier, decodeUtf8Strict } from "@/lib/whop/webhook-signature";

const TIME = 1_614_265_330;
const NOW = new Date(TIME * 1000);
const BODY = '{"type":"chat.message.created","data":{"content":"Grüße 👋"}}';
const WHOP_SECRET = "ws_4f1cb2e89a6d3057b1c2d3e4f5a60718";
const STANDARD_SECRET = `whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}`;
const OTHER_SECRET = "ws_00000000000000000000000000000000";
const ID = "msg_p5jXN8AQM9LWM0D4loKWxJek";

type Headers_ = Record<string, string>;

const standard = (changes: Partial<Parameters<typeof signStandard>[0]> = {}): Headers_ =>
  signStandard({ id: ID, timestamp: TIME, body: BODY, secret: WHOP_SECRET, ...changes });
const legacy = (changes: Partial<Parameters<typeof signLegacy>[0]> = {}): Headers_ =>
  signLegacy({ timestamp: TIME, body: BODY, secret: WHOP_SECRET, ...changes });
const owner = (changes: Partial<Parameters<typeof signOwner>[0]> = {}): Headers_ =>
  signOwner({ timestamp: TIME, body: BODY, secret: WHOP_SECRET, ...changes });

function verify(
  headers: Headers_ | Headers,
  options: { body?: string | Uint8Array; secrets?: string[]; now?: Date } = {},
) {
  const { body = BODY, secrets = [WHOP_SECRET], now = NOW } = options;
  const rawBody = typeof body === "string" ? Buffer.from(body) : body;
  return createWebhookVerifier(secrets)({ headers: new Headers(headers), rawBody, now });
}

const without = (headers: Headers_, name: string) =>
  Object.fromEntries(Object.entries(headers).filter(([key]) => key !== name));

const FORMS = [
  ["standard", standard],
  ["whop-legacy", legacy],
  ["owner", owner],
] as const;

describe.each(FORMS)("in the %s form", (form, sign) => {
  test("a rightly signed request is accepted, with its time and text", () => {
    expect(verify(sign())).toEqual({
      ok: true,
      form,
      deliveryId: form === "standard" ? ID : undefined,
      timestamp: NOW,
      body: BODY,
    });
  });

  test("one altered byte of the body is refused", () => {
    expect(verify(sign(), { body: BODY.replace("G", "g") })).toEqual({ ok: false, reason: "wrong_signature" });
  });

  test("a body with one byte more, one less or none at all is refused", () => {
    for (const body of [`${BODY} `, BODY.slice(0, -1), ""]) expect(verify(sign(), { body }).ok).toBe(false);
  });

  test("a signature with another secret is refused", () => {
    expect(verify(sign({ secret: OTHER_SECRET }))).toEqual({ ok: false, reason: "wrong_signature" });
  });

  test("300 seconds of age or of lead are accepted, 301 are not", () => {
    const at = (seconds: number) => verify(sign(), { now: new Date((TIME + seconds) * 1000) });
    expect(at(300).ok).toBe(true);
    expect(at(-300).ok).toBe(true);
    expect(at(301)).toEqual({ ok: false, reason: "too_old" });
    expect(at(-301)).toEqual({ ok: false, reason: "too_new" });
  });

  test.each([
    `${TIME}abc`,
    `${TIME}.9`,
    `+${TIME}`,
    `-${TIME}`,
    `0x603737f2`,
    "1.614265330e9",
    `${TIME}000000`,
    "١٦١٤٢٦٥٣٣٠",
  ])("the timestamp %s is refused although it is signed", (timestamp) => {
    // A header carries bytes; letters of other scripts arrive as Latin-1 ones.
    const headers = Object.fromEntries(
      Object.entries(sign({ timestamp })).map(([name, value]) => [name, Buffer.from(value).toString("latin1")]),
    );
    expect(verify(headers)).toEqual({ ok: false, reason: "malformed_header" });
  });

  test("each header that is missing or empty is refused", () => {
    for (const name of Object.keys(sign())) {
      expect(verify(without(sign(), name)).ok).toBe(false);
      expect(verify({ ...sign(), [name]: "" })).toEqual({ ok: false, reason: "missing_header" });
    }
  });

  test("a header sent twice is refused, also when both are right", () => {
    for (const [name, value] of Object.entries(sign())) {
      const headers = new Headers(sign());
      headers.append(name, value);
      expect(verify(headers).ok).toBe(false);
    }
  });

  test("any of several secrets is accepted, and none that was taken away", () => {
    const old = sign({ secret: OTHER_SECRET });
    expect(verify(old, { secrets: [OTHER_SECRET] }).ok).toBe(true);
    expect(verify(old, { secrets: [WHOP_SECRET, OTHER_SECRET] }).ok).toBe(true);
    expect(verify(sign(), { secrets: [OTHER_SECRET, WHOP_SECRET] }).ok).toBe(true);
    expect(verify(old, { secrets: [WHOP_SECRET] }).ok).toBe(false);
  });

  test("a whsec_ secret is read as base64", () => {
    const headers = sign({ secret: STANDARD_SECRET });
    expect(verify(headers, { secrets: [STANDARD_SECRET] }).ok).toBe(true);
    expect(verify(sign({ secret: "0123456789abcdef01234567" }), { secrets: [STANDARD_SECRET] }).ok).toBe(true);
  });

  test("a signed body that is not UTF-8 is refused, and so is its lossy reading", () => {
    const body = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xc3, 0x28]), Buffer.from('"}')]);
    expect(verify(sign({ body }), { body })).toEqual({ ok: false, reason: "invalid_utf8" });
    expect(verify(sign({ body }), { body: body.toString("utf8") })).toEqual({ ok: false, reason: "wrong_signature" });
    expect(verify(sign({ body: body.toString("utf8") }), { body })).toEqual({ ok: false, reason: "wrong_signature" });
  });

  test("a signature never holds for another time", () => {
    const headers = Object.fromEntries(
      Object.entries(sign()).map(([name, value]) => [name, value.replace(String(TIME), String(TIME + 1))]),
    );
    expect(verify(headers)).toEqual({ ok: false, reason: "wrong_signature" });
  });

  test("a signature in the other encoding, in capitals, cut, padded or empty is refused", () => {
    const mac = (encoding: "hex" | "base64" | "base64url") => {
      const prefix = form === "standard" ? `${ID}.${TIME}.` : `${TIME}.`;
      return createHmac("sha256", WHOP_SECRET).update(prefix).update(BODY).digest(encoding);
    };
    const put = (signature: string): Headers_ =>
      form === "standard"
        ? { ...sign(), "webhook-signature": `v1,${signature}` }
        : { ...sign(), "x-whop-signature": form === "owner" ? signature : `t=${TIME},v1=${signature}` };
    const right = form === "standard" ? mac("base64") : mac("hex");
    expect(verify(put(right)).ok).toBe(true);
    const wrong = [
      form === "standard" ? mac("hex") : mac("base64"),
      mac("base64url"),
      right.toUpperCase(),
      right.slice(0, -1),
      right.slice(0, 8),
      `${right}=`,
      `${right}00`,
      ` ${right.slice(1)}`,
      "",
    ];
    for (const signature of wrong) expect(verify(put(signature)).ok).toBe(false);
  });
});

describe("in the standard form", () => {
  const right = standard()["webhook-signature"] ?? "";
  const signatures = (value: string) => verify({ ...standard(), "webhook-signature": value });

  test("one right signature among several is enough, wherever it stands", () => {
    const wrong = `v1,${"A".repeat(43)}=`;
    for (const list of [
      `${wrong} ${right}`,
      `${right} ${wrong}`,
      `${wrong} v1a,x ${right} ${wrong}`,
      `v2,abc ${right}`,
    ]) {
      expect(signatures(list).ok).toBe(true);
    }
    expect(signatures(`${wrong} ${wrong}`).ok).toBe(false);
  });

  test("a sender that signs with old and new secret is accepted by who knows either", () => {
    const headers = standard({ secret: [OTHER_SECRET, WHOP_SECRET] });
    expect(verify(headers, { secrets: [WHOP_SECRET] }).ok).toBe(true);
    expect(verify(headers, { secrets: [OTHER_SECRET] }).ok).toBe(true);
  });

  test("only unknown versions, or none, are refused", () => {
    const value = right.slice(3);
    for (const list of [
      `v2,${value}`,
      `v1a,${value}`,
      `V1,${value}`,
      value,
      `,${value}`,
      `v1${value}`,
      `v1 ${value}`,
      "v1,",
    ]) {
      expect(signatures(list).ok).toBe(false);
    }
  });

  test("base64 that means the same bytes in another spelling is refused", () => {
    const last = right.at(-2) ?? "";
    const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const twin = `${right.slice(0, -2)}${alphabet[alphabet.indexOf(last) + 1]}=`;
    expect(Buffer.from(twin.slice(3), "base64")).toEqual(Buffer.from(right.slice(3), "base64"));
    expect(signatures(twin).ok).toBe(false);
  });

  test("another delivery's signature does not hold", () => {
    expect(verify({ ...standard(), "webhook-id": "msg_another" })).toEqual({ ok: false, reason: "wrong_signature" });
  });

  test("an id with white space, or longer than 256 characters, is refused", () => {
    for (const id of ["msg a", "m".repeat(257)]) {
      expect(verify(standard({ id }))).toEqual({ ok: false, reason: "malformed_header" });
    }
  });

  test("the example of the Standard Webhooks specification's own library is accepted", () => {
    const secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const body = '{"test": 2432232314}';
    const headers = {
      "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek",
      "webhook-timestamp": "1614265330",
      "webhook-signature": "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
    };
    expect(verify(headers, { body, secrets: [secret] }).ok).toBe(true);
  });
});

describe("in the older Whop form", () => {
  const value = legacy()["x-whop-signature"] ?? "";
  const signature = (text: string) => verify({ "x-whop-signature": text });

  test("one right v1 among others is enough", () => {
    expect(signature(`${value},v1=${"0".repeat(64)}`).ok).toBe(true);
    expect(signature(`${value},v0=abc`).ok).toBe(true);
  });

  test("no v1, two times, white space or no time are refused", () => {
    const wrong = [
      value.replace("v1=", "v2="),
      `${value},t=${TIME}`,
      value.replace(",", ", "),
      value.replace(/^t=\d+,/, ""),
      "t=",
    ];
    for (const text of wrong) expect(signature(text).ok).toBe(false);
  });
});

describe("between the forms", () => {
  test("a request with the headers of two forms is judged by the standard one alone", () => {
    expect(verify({ ...owner({ secret: OTHER_SECRET }), ...standard() })).toMatchObject({ ok: true, form: "standard" });
    expect(verify({ ...owner(), ...standard({ secret: OTHER_SECRET }) })).toEqual({
      ok: false,
      reason: "wrong_signature",
    });
    expect(verify({ ...owner(), "webhook-id": ID })).toEqual({ ok: false, reason: "missing_header" });
    expect(verify({ ...legacy(), "webhook-signature": "" })).toEqual({ ok: false, reason: "missing_header" });
  });

  test("the older Whop form is told from the owner's by its beginning, and the owner's timestamp header then means nothing", () => {
    expect(verify({ ...legacy(), "x-whop-timestamp": "1" })).toMatchObject({ ok: true, form: "whop-legacy" });
  });

  test("a standard delivery does not pass as the owner's, nor the owner's as a standard one", () => {
    const mac = Buffer.from((standard()["webhook-signature"] ?? "").slice(3), "base64").toString("hex");
    expect(verify({ "x-whop-signature": mac, "x-whop-timestamp": String(TIME) }).ok).toBe(false);
    const own = Buffer.from(owner()["x-whop-signature"] ?? "", "hex").toString("base64");
    expect(verify({ ...standard(), "webhook-signature": `v1,${own}` }).ok).toBe(false);
  });

  test("a request without any signature is refused", () => {
    expect(verify({})).toEqual({ ok: false, reason: "missing_header" });
    expect(verify({ "x-whop-timestamp": String(TIME) })).toEqual({ ok: false, reason: "missing_header" });
  });
});

test("a thousand events sent while the secret is rotated are all accepted, and the old secret not after that", () => {
  const secretsAt = (event: number) => {
    if (event < 250) return [OTHER_SECRET];
    return event < 750 ? [WHOP_SECRET, OTHER_SECRET] : [WHOP_SECRET];
  };
  const events = Array.from({ length: 1_000 }, (_, event) => event);
  const accepted = events.filter((event) => {
    const headers = standard({ id: `msg_${event}`, secret: event < 500 ? OTHER_SECRET : WHOP_SECRET });
    return verify(headers, { secrets: secretsAt(event) }).ok;
  });
  expect(accepted).toHaveLength(1_000);
  expect(verify(standard({ secret: OTHER_SECRET }), { secrets: secretsAt(1_000) }).ok).toBe(false);
});

test("nothing of ours reads a webhook with the SDK's unwrap, which verifies nothing where headers are left out", () => {
  const ours = ["app", "services", "lib"].flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" }).map((path) => join(folder, path)),
  );
  const sources = ours.filter((path) => /\.tsx?$/.test(path));
  expect(sources.length).toBeGreaterThan(10);
  expect(sources.filter((path) => /\bunwrap\s*\(/.test(readFileSync(path, "utf8")))).toEqual([]);
});

describe("without a fit secret there is no service", () => {
  test.each([
    ["none at all", []],
    ["an empty one", [""]],
    ["the bare prefix", ["whsec_"]],
    ["eight bytes", ["12345678"]],
    ["eight bytes in base64", [`whsec_${Buffer.from("12345678").toString("base64")}`]],
    ["what is not base64", ["whsec_!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!!"]],
    ["base64 with a slip in it", [`whsec_${Buffer.from("0123456789abcdef01234567").toString("base64")}!`]],
    ["one with white space around it", [`${WHOP_SECRET} `]],
    ["a good one beside an empty one", [WHOP_SECRET, ""]],
  ])("%s", (_name, secrets) => {
    expect(() => createWebhookVerifier(secrets)).toThrow(expect.objectContaining({ code: "unavailable" }));
    expect(() => verify(standard(), { secrets })).toThrow(expect.objectContaining({ status: 503 }));
  });

  test("a refusal does not repeat the secret", () => {
    const secret = "whsec_notbase64!notbase64!";
    try {
      createWebhookVerifier([secret]);
      throw new Error("It was accepted.");
    } catch (error) {
      expect(String((error as Error).cause)).not.toContain("notbase64");
    }
  });
});

test("text is read strictly: bytes that are not UTF-8 give none, and a byte order mark stays", () => {
  expect(decodeUtf8Strict(Buffer.from("Grüße"))).toBe("Grüße");
  expect(decodeUtf8Strict(Buffer.from([0xff]))).toBeNull();
  expect(decodeUtf8Strict(Buffer.from([0xef, 0xbb, 0xbf, 0x7b]))).toBe("\ufeff{");
});
