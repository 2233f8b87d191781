import Link from "next/link";
import { Logo } from "@/components/ui/logo";
import { WhopLink } from "@/components/ui/whop-link";

const LINK = "flex min-h-10 items-center rounded px-2 text-(--gray-12) text-[14px]/5 hover:underline";

export function SiteHeader({ installUrl }: { installUrl: string }) {
  return (
    <header className="flex items-center justify-between gap-3 py-4 md:py-10">
      <Link
        href="/"
        className="-ml-1 flex min-h-10 items-center gap-2 rounded px-1 font-semibold text-(--gray-12) text-[16px]/6"
      >
        <Logo size={26} />
        WEE5
      </Link>
      <nav aria-label="Main" className="flex items-center gap-1 md:gap-3">
        <Link href="/#how-it-works" className={`${LINK} max-md:hidden`}>
          How it works
        </Link>
        <Link href="/#pricing" className={LINK}>
          Pricing
        </Link>
        <WhopLink href={installUrl}>Install</WhopLink>
      </nav>
    </header>
  );
}
