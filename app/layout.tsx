import { Theme } from "frosted-ui";
import type { Metadata, Viewport } from "next";
import { cookies, headers } from "next/headers";
import type { ReactNode } from "react";
import { type Appearance, appearanceOfCookie, PAGE_COLORS } from "@/components/frame/appearance";
import { WhopFrameProvider } from "@/components/frame/whop-frame";
import { LocaleProvider } from "@/components/ui/locale-context";
import { SystemTheme } from "@/components/ui/system-theme";
import { getDeps } from "@/lib/deps";
import { readerLocale } from "@/lib/http/locale";
import "./globals.css";

export const metadata: Metadata = {
  title: { default: "WEE5", template: "%s · WEE5" },
  description: "XP, levels and leaderboards for Whop communities.",
  icons: { icon: "/icon.svg" },
};

export async function generateViewport(): Promise<Viewport> {
  const appearance = await knownAppearance();
  return {
    width: "device-width",
    initialScale: 1,
    themeColor: appearance
      ? PAGE_COLORS[appearance]
      : [
          { media: "(prefers-color-scheme: dark)", color: PAGE_COLORS.dark },
          { media: "(prefers-color-scheme: light)", color: PAGE_COLORS.light },
        ],
  };
}

/** Before the first paint, for readers whose theme Whop has not told us: the one their system uses. */
const FOLLOW_SYSTEM = `document.documentElement.classList.add(matchMedia("(prefers-color-scheme: dark)").matches?"dark":"light")`;

export default async function RootLayout({ children }: { children: ReactNode }) {
  // Reading the request also makes every page dynamic, which its scripts need to carry the nonce of proxy.ts.
  const nonce = (await headers()).get("x-nonce") ?? undefined;
  const appearance = await knownAppearance();
  const { whopAppId, whopFrameAncestors } = getDeps().env;
  return (
    <html lang="en" className={appearance} suppressHydrationWarning>
      <body>
        {appearance === undefined && (
          // biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, allowed by its nonce
          <script nonce={nonce} suppressHydrationWarning dangerouslySetInnerHTML={{ __html: FOLLOW_SYSTEM }} />
        )}
        <SystemTheme />
        <Theme appearance="inherit" accentColor="orange" grayColor="gray" hasBackground={false}>
          <WhopFrameProvider appId={whopAppId} parentOrigins={whopFrameAncestors}>
            <LocaleProvider locale={readerLocale((await headers()).get("accept-language"))}>{children}</LocaleProvider>
          </WhopFrameProvider>
        </Theme>
      </body>
    </html>
  );
}

/** Whop's choice, where it has told us. */
async function knownAppearance(): Promise<Appearance | undefined> {
  return appearanceOfCookie((await cookies()).get("whop-frosted-theme")?.value);
}
