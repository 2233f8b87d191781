import type { Metadata } from "next";
import type { ReactNode } from "react";
import { installUrl } from "@/components/site/install";
import { SiteFooter } from "@/components/site/site-footer";
import { SiteHeader } from "@/components/site/site-header";
import { getDeps } from "@/lib/deps";

const TITLE = "WEE5: levels and a live board for your Whop community";
const DESCRIPTION =
  "Members earn XP for what they do, climb levels and a live board, and read a receipt for every award. Every message counts, once.";

export function generateMetadata(): Metadata {
  const { appUrl } = getDeps().env;
  return {
    metadataBase: new URL(appUrl),
    title: { absolute: TITLE, template: "%s · WEE5" },
    description: DESCRIPTION,
    openGraph: { type: "website", siteName: "WEE5" },
    twitter: { card: "summary_large_image" },
  };
}

export default function SiteLayout({ children }: { children: ReactNode }) {
  const { whopAppId, operator } = getDeps().env;
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[1100px] flex-col px-4 md:px-6">
      <SiteHeader installUrl={installUrl(whopAppId)} />
      {children}
      <SiteFooter operatorName={operator.name} supportEmail={operator.supportEmail} />
    </div>
  );
}
