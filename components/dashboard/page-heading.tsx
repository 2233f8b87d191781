import type { ReactNode } from "react";

/** The head of a dashboard page: its name, what there is to know at once, and what can be switched. */
export function PageHeading({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
      <div className="flex min-w-0 flex-col gap-1">
        <h1 className="break-words font-semibold text-(--gray-12) text-[20px]/7">{title}</h1>
        <p className="text-(--gray-11) text-[14px]/5">{children}</p>
      </div>
      {action}
    </div>
  );
}
