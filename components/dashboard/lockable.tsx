"use client";

import { createContext, type ReactNode, useContext } from "react";

const LockContext = createContext(false);

type LockableProps = { isLocked: boolean; legend: string; className?: string; children: ReactNode };

/**
 * Fields that can be read and not changed. A fieldset does that for inputs and buttons; switches and radios are neither, and ask
 * `useIsLocked`.
 */
export function Lockable({ isLocked, legend, className = "", children }: LockableProps) {
  return (
    <LockContext value={isLocked}>
      <fieldset disabled={isLocked} className={`m-0 flex min-w-0 flex-col gap-4 border-0 p-0 ${className}`}>
        <legend className="sr-only">{legend}</legend>
        {children}
      </fieldset>
    </LockContext>
  );
}

export const useIsLocked = () => useContext(LockContext);
