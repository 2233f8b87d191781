/** @jest-config-loader esbuild-register */
import type { Config } from "jest";
import nextJest from "next/jest";

const createNextConfig = nextJest({ dir: __dirname });

/** Packages that ship only ES modules; next/jest would leave them untransformed. */
const esModules = [
  "jose",
  "@upstash",
  "uncrypto",
  "frosted-ui",
  "@hono",
  "hono",
  "kysely",
  "lru-cache",
  "pixelmatch",
  "woff2-encoder",
].join("|");

const shared: Config = {
  moduleNameMapper: {
    "^@/(.*)$": "<rootDir>/$1",
    "^harfbuzzjs$": "<rootDir>/tests/support/harfbuzz.ts",
    "^tmp$": "<rootDir>/tests/support/tmp.ts",
  },
  setupFilesAfterEnv: ["<rootDir>/tests/support/setup.ts"],
};

const projects: Config[] = [
  { ...shared, displayName: "unit", testEnvironment: "node", testMatch: ["<rootDir>/tests/unit/**/*.test.ts"] },
  {
    ...shared,
    displayName: "component",
    testEnvironment: "jsdom",
    testMatch: ["<rootDir>/tests/component/**/*.test.tsx"],
  },
  {
    ...shared,
    displayName: "integration",
    testEnvironment: "node",
    testMatch: ["<rootDir>/tests/integration/**/*.test.ts"],
    globalSetup: "<rootDir>/tests/support/global-setup.ts",
    globalTeardown: "<rootDir>/tests/support/global-teardown.ts",
  },
];

export default async function config(): Promise<Config> {
  const resolved = await Promise.all(
    projects.map(async (project) => {
      const made = (await createNextConfig(project)()) as Config;
      // Set after next/jest has built its own list: it would otherwise be overwritten.
      return {
        ...made,
        transformIgnorePatterns: [`/node_modules/(?!(${esModules})/)`, "\\.module\\.(css|sass|scss)$"],
      };
    }),
  );
  return {
    projects: resolved,
    testTimeout: 60_000,
    testSequencer: "<rootDir>/tests/support/slowest-first.mjs",
  } as Config;
}
