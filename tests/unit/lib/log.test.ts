import { createLogger, describeError } from "@/lib/log";

const CANARY = "CANARY-7f3a91";

function written(write: (log: ReturnType<typeof createLogger>) => void, secrets: string[] = []): string[] {
  const lines: string[] = [];
  write(createLogger({ logLevel: "trace" }, { secrets, destination: { write: (line) => lines.push(line) } }));
  return lines;
}

test("a record is one JSON line with its level and time", () => {
  const [line = ""] = written((log) => log.info({ communityId: "biz_1" }, "hello"));
  expect(JSON.parse(line)).toEqual({
    level: "info",
    time: expect.stringMatching(/^\d{4}-.*Z$/),
    communityId: "biz_1",
    msg: "hello",
  });
  expect(line.indexOf("\n")).toBe(line.length - 1);
});

test("a newline in some input cannot forge a record", () => {
  const forged = 'x\n{"level":"info","msg":"all is well"}';
  const lines = written((log) => log.child({ bound: forged }).warn({ name: forged, err: new Error(forged) }, forged));
  expect(lines).toHaveLength(1);
  expect(lines[0]?.trimEnd()).not.toContain("\n");
});

test.each([
  ["a token header", { headers: { "x-whop-user-token": CANARY } }],
  ["Authorization", { authorization: CANARY }],
  ["cookies", { req: { headers: { cookie: CANARY, "Set-Cookie": [CANARY] } } }],
  ["a Headers object", { headers: new Headers({ "x-whop-signature": CANARY }) }],
  ["an API key", { whopApiKey: CANARY, api_key: CANARY }],
  ["a password deep inside", { a: { b: [{ c: { password: CANARY } }] } }],
  ["a message's content", { activity: { content: CANARY } }],
  ["a request body", { body: { text: CANARY } }],
  ["raw bytes", { payload: new TextEncoder().encode(CANARY) }],
  ["something deeper than anyone reads", { a: { b: { c: { d: { e: { f: { g: CANARY } } } } } } }],
])("%s is not written", (_, record) => {
  const lines = written((log) => {
    log.error(record, "m");
    log.child(record).error("m");
  });
  expect(lines).toHaveLength(2);
  expect(lines.join("")).not.toContain(CANARY);
});

test.each([
  ["a database address", `connect failed: postgres://wee5_app:${CANARY}@db:5432/x`],
  ["a Redis address without a user", `redis://:${CANARY}@host`],
  ["a bearer token", `header was Bearer ${CANARY}abc`],
  ["a webhook secret", `whsec_${CANARY.replace(/-/g, "")}0000`],
  ["a user token", `eyJhbGciOi${CANARY}.eyJzdWIiOi${CANARY}.${CANARY}`],
])("%s in any text is blotted out", (_, text) => {
  const lines = written((log) => log.error({ note: text, err: new Error(text, { cause: new Error(text) }) }, text));
  expect(lines.join("")).not.toContain(CANARY);
  expect(lines.join("")).not.toContain(CANARY.replace(/-/g, ""));
  expect(lines.join("")).toContain("[redacted]");
});

test("the process's own secrets are blotted out wherever they stand", () => {
  const secret = `${CANARY}"\\+/.*`;
  const lines = written((log) => log.warn({ note: `got ${secret}` }, `and ${secret} again`), [secret]);
  expect(lines.join("")).not.toContain(CANARY);
  expect(() => JSON.parse(lines[0] ?? "")).not.toThrow();
});

test("without being told, it knows the secrets of the environment", () => {
  const before = process.env.WHOP_API_KEY;
  process.env.WHOP_API_KEY = CANARY;
  const lines: string[] = [];
  createLogger({ logLevel: "info" }, { destination: { write: (line) => lines.push(line) } }).info(`key ${CANARY}`);
  if (before === undefined) delete process.env.WHOP_API_KEY;
  else process.env.WHOP_API_KEY = before;
  expect(lines.join("")).toContain("key [redacted]");
});

test("an error is written with its causes, and without what a library hung on it", () => {
  const cause = Object.assign(new Error("duplicate key"), {
    code: "23505",
    constraint: "users_pkey",
    detail: `Key (name)=(${CANARY}) already exists.`,
    request: { body: CANARY },
  });
  const [line = ""] = written((log) => log.error({ err: new Error("could not save", { cause }) }, "failed"));
  expect(JSON.parse(line).err).toMatchObject({
    type: "Error",
    message: "could not save",
    stack: expect.stringContaining("log.test.ts"),
    cause: { message: "duplicate key", code: "23505", constraint: "users_pkey" },
  });
  expect(line).not.toContain(CANARY);
});

test("a circle of causes ends", () => {
  const error = new Error("a");
  error.cause = error;
  expect(JSON.stringify(describeError(error)).length).toBeLessThan(30_000);
});

test("a long text is cut", () => {
  const [line = ""] = written((log) => log.info({ note: "x".repeat(100_000) }, "m"));
  expect(line.length).toBeLessThan(3_000);
});

test("a record below the level is not written", () => {
  const lines: string[] = [];
  createLogger({ logLevel: "warn" }, { destination: { write: (line) => lines.push(line) } }).info("quiet");
  expect(lines).toEqual([]);
});
