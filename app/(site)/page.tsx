import { headers } from "next/headers";
import { Landing } from "@/components/site/landing";
import { getDeps } from "@/lib/deps";
import { readerLocale } from "@/lib/http/locale";

export const metadata = { alternates: { canonical: "/" } };

export default async function StartPage() {
  const { whopAppId, pricesUsd, operator } = getDeps().env;
  const locale = readerLocale((await headers()).get("accept-language"));
  return <Landing appId={whopAppId} pricesUsd={pricesUsd} supportEmail={operator.supportEmail} locale={locale} />;
}
