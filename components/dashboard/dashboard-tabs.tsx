"use client";

import { TabsNav } from "frosted-ui";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { useEffect, useRef } from "react";

/** The pages of the dashboard. */
export function DashboardTabs({ companyId }: { companyId: string }) {
  const path = usePathname();
  const active = useRef<HTMLAnchorElement>(null);
  // Phones have no room for all of them.
  // biome-ignore lint/correctness/useExhaustiveDependencies: with every page another tab is the active one
  useEffect(() => {
    active.current?.scrollIntoView({ block: "nearest", inline: "center" });
  }, [path]);
  const overview = `/dashboard/${companyId}`;
  const tabs = [
    { name: "Overview", href: overview },
    { name: "Activity", href: `${overview}/activity` },
    { name: "XP rules", href: `${overview}/rules` },
    { name: "Rewards", href: `${overview}/rewards` },
    { name: "Messages", href: `${overview}/messages` },
    { name: "What members see", href: `${overview}/preview` },
  ];
  return (
    <TabsNav.Root size="2" aria-label="Dashboard">
      {tabs.map(({ name, href }) => (
        <TabsNav.Link
          key={href}
          active={path === href}
          render={<Link ref={path === href ? active : undefined} href={href} />}
        >
          {name}
        </TabsNav.Link>
      ))}
    </TabsNav.Root>
  );
}
