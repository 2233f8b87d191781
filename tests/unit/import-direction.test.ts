import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";

const BIOME = join(process.cwd(), "node_modules", ".bin", "biome");
const root = mkdtempSync(join(tmpdir(), "wee5-imports-"));

beforeAll(() => {
  const config = JSON.parse(readFileSync("biome.json", "utf8"));
  writeFileSync(join(root, "biome.json"), JSON.stringify({ ...config, $schema: undefined, vcs: { enabled: false } }));
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What our linter says of a file with this import, planted at this path of a tree like ours. */
function lint(path: string, source: string): { allowed: boolean; words: string } {
  const file = join(root, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, source);
  const { status, stdout, stderr } = spawnSync(BIOME, ["lint", path], { cwd: root, encoding: "utf8" });
  return { allowed: status === 0, words: `${stdout}${stderr}` };
}

const uses = (from: string) => `import { thing } from "${from}";\nexport const used = thing;\n`;

describe("imports point one way", () => {
  test.each([
    ["lib/planted.ts", "@/services/xp/fold"],
    ["lib/planted.ts", "@/dev/postgres"],
    ["services/communities/planted.ts", "@/services/xp/fold"],
    ["services/communities/planted.ts", "../xp/fold"],
    ["services/xp/planted.ts", "@/services/activity/read-event"],
    ["services/xp/planted.ts", "@/services/webhook"],
    ["services/activity/planted.ts", "@/services/leaderboard/after-award"],
    ["services/leaderboard/planted.ts", "@/services/rewards/deliver-reward"],
    ["services/leaderboard/planted.ts", "@/services/members/award-by-hand"],
    ["services/leaderboard/planted.ts", "@/app/page"],
    ["services/members/planted.ts", "@/services/enterprise/list-communities"],
    ["services/webhook.ts", "@/tests/support/database"],
    ["app/api/planted/route.ts", "@/dev/whop/world"],
    ["app/api/planted/route.ts", "@/lib/db/database"],
  ])("%s may not import %s", (path, from) => {
    const { allowed, words } = lint(path, uses(from));
    expect(allowed).toBe(false);
    expect(words).toContain("noRestrictedImports");
  });

  test("a type, a dynamic import and a re-export are refused as well", () => {
    const fold = "@/services/xp/fold";
    expect(lint("lib/planted.ts", `import type { Opening } from "${fold}";\nexport type A = Opening;\n`).allowed).toBe(
      false,
    );
    expect(lint("lib/planted.ts", `export const load = () => import("${fold}");\n`).allowed).toBe(false);
    expect(lint("lib/planted.ts", `export { fold } from "${fold}";\n`).allowed).toBe(false);
  });

  test.each([
    ["services/xp/planted.ts", "@/services/communities/find-settings"],
    ["services/leaderboard/planted.ts", "@/services/xp/receipt"],
    ["services/webhook.ts", "@/services/leaderboard/after-award"],
    ["app/api/planted/route.ts", "@/services/members/award-by-hand"],
    ["services/xp/planted.ts", "./fold"],
  ])("%s may import %s", (path, from) => {
    const { allowed, words } = lint(path, uses(from));
    expect(allowed ? "allowed" : words).toBe("allowed");
  });
});
