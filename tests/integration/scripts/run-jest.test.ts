import { mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runJest } from "@/scripts/run-jest";

let project: string;

beforeEach(async () => {
  project = await realpath(await mkdtemp(join(tmpdir(), "wee5-jest-")));
  await symlink(join(process.cwd(), "node_modules"), join(project, "node_modules"));
  const config = {
    projects: [{ displayName: "here", rootDir: project, testMatch: ["<rootDir>/*.test.ts"], transform: {} }],
  };
  await writeFile(join(project, "jest.config.json"), JSON.stringify(config));
});
afterEach(() => rm(project, { recursive: true, force: true }));

/** A file with a test that fails as often as said, and one that holds. */
async function aFile(file: string, name: string, failures: number): Promise<void> {
  const tried = JSON.stringify(join(project, `${file}.tried`));
  await writeFile(
    join(project, file),
    `const { appendFileSync, readFileSync } = require("node:fs");
     test(${JSON.stringify(name)}, () => {
       appendFileSync(${tried}, "x");
       expect(readFileSync(${tried}, "utf8").length).toBeGreaterThan(${failures});
     });
     test("holds", () => undefined);`,
  );
}

const run = (tryAgain = true) =>
  runJest({ projects: ["here"], reports: project, tryAgain, cwd: project, isQuiet: true });

test("what fails once and then holds counts as passed and is named", async () => {
  await aFile("shaky.test.ts", "waits for a page", 1);
  await aFile("sound.test.ts", "answers", 0);
  expect(await run()).toEqual({ passed: 4, failed: 0, again: ["waits for a page"] });
});

test("what fails twice has failed", async () => {
  await aFile("broken.test.ts", "waits for a page", 9);
  await aFile("shaky.test.ts", "answers", 1);
  expect(await run()).toEqual({ passed: 3, failed: 1, again: ["answers"] });
});

test("a race, a property and what pays have one try, and who asks for none has one as well", async () => {
  await aFile("race.test.ts", "twenty deliveries at once pay once", 1);
  await aFile("fold.property.test.ts", "equals the fold", 1);
  await aFile("shaky.test.ts", "waits for a page", 1);
  expect(await run()).toEqual({ passed: 4, failed: 2, again: ["waits for a page"] });
  await aFile("shaky.test.ts", "waits for another page", 9);
  expect(await run(false)).toMatchObject({ passed: 5, failed: 1 });
});

test("a file that cannot be run at all is one failure", async () => {
  await writeFile(join(project, "empty.test.ts"), "throw new Error('not today');");
  expect(await run()).toEqual({ passed: 0, failed: 1, again: [] });
});
