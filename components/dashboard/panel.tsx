import type { ReactNode } from "react";

type PanelProps = {
  /** The finding, in a sentence. */
  title: string;
  /** What is drawn. */
  subtitle: ReactNode;
  className?: string;
  children: ReactNode;
};

/** A box of the dashboard that shows one thing. */
export function Panel({ title, subtitle, className = "", children }: PanelProps) {
  return (
    <section className={`dashboard-panel flex min-w-0 flex-col gap-4 p-4 md:p-5 ${className}`}>
      <div className="flex flex-col gap-0.5">
        <h2 className="break-words font-semibold text-(--gray-12) text-[16px]/6">{title}</h2>
        <div className="text-(--gray-11) text-[14px]/5">{subtitle}</div>
      </div>
      {children}
    </section>
  );
}
