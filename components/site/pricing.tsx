import { Check, Clock } from "lucide-react";
import { type Plan, plans } from "@/components/site/plans";
import { Section } from "@/components/site/section";
import { ButtonLink } from "@/components/ui/button-link";
import { WhopLink } from "@/components/ui/whop-link";

type PricingProps = {
  pricesUsd: { premium: number; enterprise: number };
  installUrl: string;
  contactHref: string;
  /** The reader's, for the prices. */
  locale: string;
};

export function Pricing({ pricesUsd, installUrl, contactHref, locale }: PricingProps) {
  return (
    <Section id="pricing" title="Pay for the controls, not for your members">
      <ul className="grid rounded-2xl border border-(--gray-a5) bg-(--color-panel-solid) md:grid-cols-3">
        {plans(pricesUsd).map((plan) => (
          <li
            key={plan.name}
            className="flex flex-col border-(--gray-a4) p-5 not-first:border-t md:p-6 md:not-first:border-t-0 md:not-first:border-l"
          >
            <PlanHeading plan={plan} locale={locale} />
            <PlanContents plan={plan} />
            <NextStep plan={plan} installUrl={installUrl} contactHref={contactHref} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function PlanHeading({ plan: { name, priceUsd }, locale }: { plan: Plan; locale: string }) {
  const digits = Number.isInteger(priceUsd) ? 0 : 2;
  const price = new Intl.NumberFormat(locale, {
    style: "currency",
    currency: "USD",
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(priceUsd);
  return (
    <>
      <h3 className="font-semibold text-(--gray-12) text-[16px]/6">{name}</h3>
      <p className="mt-1 flex items-baseline gap-2 text-(--gray-11) text-[14px]/5">
        <span className="font-semibold text-(--gray-12) text-[40px]/[52px] tracking-tight">{price}</span>
        {priceUsd === 0 ? "for ever" : "a month"}
      </p>
    </>
  );
}

function PlanContents({ plan: { includes, now, soon } }: { plan: Plan }) {
  return (
    <div className="mt-4 mb-6 flex flex-col gap-2.5 text-[14px]/5">
      {includes && <p className="text-(--gray-11)">{includes}</p>}
      {now.length > 0 && (
        <ul className="flex flex-col gap-2.5 text-(--gray-12)">
          {now.map((text) => (
            <li key={text} className="flex gap-3">
              <Check size={16} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0 text-(--gray-11)" />
              {text}
            </li>
          ))}
        </ul>
      )}
      {soon.length > 0 && (
        <>
          <p className={`font-medium text-(--gray-12) ${now.length > 0 ? "mt-2" : ""}`}>Soon</p>
          <ul className="flex flex-col gap-2.5 text-(--gray-11)">
            {soon.map((text) => (
              <li key={text} className="flex gap-3">
                <Clock size={16} strokeWidth={1.75} aria-hidden="true" className="mt-0.5 shrink-0" />
                {text}
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

/** Nothing can be bought yet, so no button says so. */
function NextStep({
  plan,
  installUrl,
  contactHref,
}: { plan: Plan } & Pick<PricingProps, "installUrl" | "contactHref">) {
  return (
    <div className="mt-auto flex flex-col gap-2">
      {plan.name !== "Free" && <p className="text-(--gray-11) text-[12px]/4">Not on sale yet.</p>}
      {plan.name === "Free" && <WhopLink href={installUrl}>Install on Whop</WhopLink>}
      {plan.name === "Premium" && (
        <WhopLink href={installUrl} variant="soft">
          Begin with Free
        </WhopLink>
      )}
      {plan.name === "Enterprise" && (
        <ButtonLink href={contactHref} variant="soft">
          Talk to us
        </ButtonLink>
      )}
    </div>
  );
}
