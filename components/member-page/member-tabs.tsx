"use client";

import { Tabs } from "frosted-ui";
import { type ReactNode, useSyncExternalStore } from "react";
import { TABS, type Tab } from "@/components/member-page/use-tab";

/** On phones one part of the page at a time; wider screens show all of them and have no tabs. */
export function MemberTabs({ tab, onChange }: { tab: Tab; onChange: (tab: Tab) => void }) {
  return (
    <Tabs.Root value={tab} onValueChange={(next: Tab) => onChange(next)} className="member-tabs">
      <Tabs.List size="2" aria-label="Parts of this page">
        {TABS.map(({ tab: one, label }) => (
          <Tabs.Trigger key={one} value={one} id={`tab-${one}`} aria-controls={`panel-${one}`}>
            {label}
          </Tabs.Trigger>
        ))}
      </Tabs.List>
    </Tabs.Root>
  );
}

/** A part of the page: a tab's panel on phones, a plain part of it on wider screens. Style sheets show and hide it. */
export function TabPanel({ tab, open, children }: { tab: Tab; open: Tab; children: ReactNode }) {
  const isPhone = useIsPhone();
  const role = isPhone ? { role: "tabpanel", "aria-labelledby": `tab-${tab}` } : {};
  return (
    <div id={`panel-${tab}`} data-tab-panel={tab} data-open={tab === open || undefined} {...role}>
      {children}
    </div>
  );
}

const WIDE = "(min-width: 768px)";

function useIsPhone(): boolean {
  return useSyncExternalStore(
    (onChange) => {
      const query = matchMedia(WIDE);
      query.addEventListener("change", onChange);
      return () => query.removeEventListener("change", onChange);
    },
    () => !matchMedia(WIDE).matches,
    () => true,
  );
}
