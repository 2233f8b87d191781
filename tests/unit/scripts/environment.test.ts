import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { environmentOfTools } from "@/scripts/environment";

const before = { ...process.env };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "wee5-environment-"));
  delete process.env.APP_URL;
  delete process.env.OPERATOR_NAME;
});
afterEach(() => {
  process.env = { ...before };
  rmSync(folder, { recursive: true, force: true });
});

const writeEnvFile = () =>
  writeFileSync(join(folder, ".env.local"), 'APP_URL=https://file.test\nOPERATOR_NAME="A file"\n');
const runDemo = (variables: object) => {
  mkdirSync(join(folder, ".wee5"));
  writeFileSync(join(folder, ".wee5", "environment.json"), JSON.stringify(variables));
};

test("a tool finds what the README has one fill in, and what is set goes before it", async () => {
  writeEnvFile();
  process.env.APP_URL = "https://set.test";
  expect(await environmentOfTools(folder)).toMatchObject({ APP_URL: "https://set.test", OPERATOR_NAME: "A file" });
});

test("beside a demo that is running a tool looks at that, and at nothing of the installation's own", async () => {
  writeEnvFile();
  runDemo({ APP_URL: "http://localhost:3000" });
  const environment = await environmentOfTools(folder);
  expect([environment.APP_URL, environment.OPERATOR_NAME]).toEqual(["http://localhost:3000", undefined]);
});

test("where there is neither, there is what is set", async () => {
  expect(await environmentOfTools(folder)).toEqual({ ...process.env });
});
