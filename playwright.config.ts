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
  forbidOnly: process.env.CI !== undefined,
  use: { launchOptions: { executablePath: process.env.CHROME_PATH, args } },
});
