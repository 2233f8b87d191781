import { Theme } from "frosted-ui";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { SystemTheme } from "@/components/ui/system-theme";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "WEE5", template: "%s · WEE5" },
  description: "XP, levels and leaderboards for Whop communities.",
  icons: { icon: "/icon.svg" },
};

export const viewport: Viewport = { width: "device-width", initialScale: 1 };

/** Before the first paint, for readers whose theme Whop has not told us: the one their system uses. */
const FOLLOW_SYSTEM = `document.documentElement.classList.add(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the request also makes every page dynamic, which its scripts need to carry the nonce of proxy.ts.
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const theme = themeOf((await cookies()).get("whop-frosted-theme")?.value);
  return (
    <html lang="en" className={theme} suppressHydrationWarning>
      <body>
        {theme === undefined && (
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, allowed by its nonce
          <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: FOLLOW_SYSTEM }} />
        )}
        <SystemTheme />
        <Theme appearance="inherit" accentColor="orange" grayColor="gray" hasBackground={false}>
          {children}
        </Theme>
      </body>
    </html>
  );
}

/** Whop writes the reader's choice into a cookie; the class on <html> switches all of frosted-ui's colours. */
function themeOf(cookie: string | undefined): "light" | "dark" | undefined {
  if (cookie?.includes("dark")) return "dark";
  if (cookie?.includes("light")) return "light";
  return undefined;
}
