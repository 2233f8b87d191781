"use client";

import { TabsNav } from "frosted-ui";
import Link from "next/link";
import { usePathname } from "next/navigation";

/** The pages of the dashboard. */
export function DashboardTabs({ companyId }: { companyId: string }) {
  const path = usePathname();
  const overview = `/dashboard/${companyId}`;
  const tabs = [
    { name: "Overview", href: overview },
    { name: "What members see", href: `${overview}/preview` },
  ];
  return (
    <TabsNav.Root size="2" aria-label="Dashboard">
      {tabs.map(({ name, href }) => (
        <TabsNav.Link key={href} active={path === href} render={<Link href={href} />}>
          {name}
        </TabsNav.Link>
      ))}
    </TabsNav.Root>
  );
}
