import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { chromium } from "@playwright/test";

/** Where Chromium and Chrome are usually found, by name on PATH or by place. */
const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
const PLACES = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
  "C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe",
];

/**
 * A browser for the end-to-end tests: one that is installed, else Playwright's own, else (as root on Debian) the
 * distribution's package. @throws Error that says what to install.
 */
export function findBrowser(say: (line: string) => void): string {
  const installed = findInstalled();
  if (installed) return installed;
  say("no browser is installed: trying Playwright's");
  spawnSync("npx", ["playwright", "install", "chromium"], { stdio: "ignore", timeout: 180_000 });
  if (existsSync(chromium.executablePath())) return chromium.executablePath();
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    say("trying Debian's package chromium");
    spawnSync("apt-get", ["update", "-qq"], { stdio: "ignore" });
    const environment = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
    spawnSync("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "chromium"], {
      stdio: "ignore",
      env: environment,
    });
    const fresh = findInstalled();
    if (fresh) return fresh;
  }
  throw new Error(
    "The end-to-end tests need a browser: install Chromium or Chrome, or run `npx playwright install chromium`.",
  );
}

function findInstalled(): string | undefined {
  if (process.env.CHROME_PATH && existsSync(process.env.CHROME_PATH)) return process.env.CHROME_PATH;
  for (const name of NAMES) {
    const { status, stdout } = spawnSync("which", [name], { encoding: "utf8" });
    if (status === 0 && stdout.trim()) return stdout.trim();
  }
  const [place] = [...PLACES, chromium.executablePath()].filter((path) => existsSync(path));
  return place;
}
