import type { ReactNode } from "react";
import { DashboardTabs } from "@/components/dashboard/dashboard-tabs";
import { ForTheTeam } from "@/components/dashboard/for-the-team";
import { TryAgain } from "@/components/dashboard/try-again";
import { Logo } from "@/components/ui/logo";
import { NoAccess } from "@/components/ui/no-access";
import { SignedOut } from "@/components/ui/signed-out";
import { getDeps } from "@/lib/deps";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { dashboardAccess } from "./access";
import "../dashboard.css";

export const metadata = { title: "Dashboard" };

type LayoutProps = { params: Promise<{ companyId: string }>; children: ReactNode };

/** The frame of the dashboard, and the answer to everybody it is not for. */
export default async function DashboardLayout({ params, children }: LayoutProps) {
  const { companyId } = await params;
  const access = await dashboardAccess(companyId);
  if (access.kind === "signed-out") return <SignedOut />;
  if (access.kind === "unavailable") return <TryAgain />;
  if (access.kind === "no-access") return <NoAccess communityTitle="" whopUrl="https://whop.com" />;
  const { title, onboardedAt } = await readOnboarding(getDeps(), access.communityId);
  if (access.role === "member") return <ForTheTeam communityId={access.communityId} title={title} />;
  const isFirstVisit = onboardedAt === null && access.role === "admin";
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-[1100px] flex-col px-4 pb-12 md:px-6">
      <header className="pt-4">
        <p className="flex items-center gap-2 py-1 font-medium text-(--gray-12) text-[14px]/5">
          <Logo size={20} />
          <bdi className="min-w-0 truncate">{title}</bdi>
        </p>
        {!isFirstVisit && <DashboardTabs companyId={companyId} />}
      </header>
      <main className="flex flex-col gap-6 pt-6">{children}</main>
    </div>
  );
}
