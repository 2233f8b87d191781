import { Features } from "@/components/site/features";
import { Hero } from "@/components/site/hero";
import { HowItWorks } from "@/components/site/how-it-works";
import { installUrl } from "@/components/site/install";
import { Pricing } from "@/components/site/pricing";
import { Questions } from "@/components/site/questions";
import { SampleBoard } from "@/components/site/sample-board";
import { contactHref } from "@/components/site/site-footer";

type LandingProps = {
  appId: string;
  pricesUsd: { premium: number; enterprise: number };
  supportEmail?: string;
  /** The reader's, for numbers. */
  locale: string;
};

/** For creators who are choosing. */
export function Landing({ appId, pricesUsd, supportEmail, locale }: LandingProps) {
  const install = installUrl(appId);
  return (
    <main>
      <Hero installUrl={install} />
      <Features />
      <SampleBoard locale={locale} />
      <HowItWorks />
      <Pricing pricesUsd={pricesUsd} installUrl={install} contactHref={contactHref(supportEmail)} locale={locale} />
      <Questions />
    </main>
  );
}
