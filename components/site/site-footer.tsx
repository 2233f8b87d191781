import Link from "next/link";
import { Logo } from "@/components/ui/logo";

type SiteFooterProps = { operatorName?: string; supportEmail?: string };

const LINK = "flex min-h-10 items-center rounded text-(--gray-12) hover:underline";

export function SiteFooter({ operatorName, supportEmail }: SiteFooterProps) {
  return (
    <footer className="mt-auto flex flex-col gap-x-8 gap-y-4 border-(--gray-a4) border-t py-6 text-(--gray-11) text-[14px]/5 md:flex-row md:items-center md:justify-between">
      <p className="flex items-center gap-2">
        <Logo size={20} />
        {operatorName ? `WEE5 is run by ${operatorName}. ` : "WEE5. "}
        An app for Whop, made apart from it.
      </p>
      <nav aria-label="About" className="flex gap-5">
        <Link href="/terms" className={LINK}>
          Terms
        </Link>
        <Link href="/privacy" className={LINK}>
          Privacy
        </Link>
        <a href={contactHref(supportEmail)} className={LINK}>
          Contact
        </a>
      </nav>
    </footer>
  );
}

/** Straight to the operator where the address is known, else to the words on how to reach them. */
export function contactHref(supportEmail: string | undefined): string {
  return supportEmail === undefined ? "/terms#contact" : `mailto:${supportEmail}`;
}
