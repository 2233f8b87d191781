"use client";

import { Lock } from "lucide-react";
import type { ReactNode } from "react";
import { Lockable } from "@/components/dashboard/lockable";
import { Panel } from "@/components/dashboard/panel";

type RulesPanelProps = {
  title: string;
  subtitle: ReactNode;
  isChanged: boolean;
  /** Who may not change it reads it. */
  canChange: boolean;
  /** Why it cannot be changed here, where that is the tier. */
  needsPremium: boolean;
  className?: string;
  children: ReactNode;
};

/** A part of the rules; the stroke stands at what is not saved yet. */
export function RulesPanel({
  title,
  subtitle,
  isChanged,
  canChange,
  needsPremium,
  className,
  children,
}: RulesPanelProps) {
  return (
    <Panel
      title={title}
      subtitle={
        <>
          {subtitle}
          {needsPremium && (
            <span className="flex items-center gap-1.5 pt-1 text-[12px]/4">
              <Lock size={12} aria-hidden="true" /> Part of Premium
            </span>
          )}
        </>
      }
      className={className}
    >
      <Lockable isLocked={!canChange} legend={title} className={isChanged ? "unsaved" : ""}>
        {isChanged && <span className="sr-only">Not saved yet</span>}
        {children}
      </Lockable>
    </Panel>
  );
}

/** Why a field cannot be saved like this; nothing where it can. */
export function Problem({ id, children }: { id?: string; children: string | undefined }) {
  return (
    <p id={id} role="status" className={children ? "font-medium text-(--danger-11) text-[12px]/4" : "sr-only"}>
      {children}
    </p>
  );
}
