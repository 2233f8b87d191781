import { defineConfig } from "@playwright/test";

/** Chromium as root has no sandbox; the other switches keep it from looking for hosts that are not there. */
const args = [
  "--no-sandbox",
  "--disable-quic",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export default defineConfig({
  testDir: "tests/e2e",
  testMatch: "**/*.e2e.ts",
  timeout: 120_000,
  workers: 1,
  // The browser shares its machine with the whole stack. What fails once and then holds is named at the end of the check.
  retries: 1,
  expect: { timeout: 15_000 },
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: { executablePath: process.env.CHROME_PATH, args } },
});
