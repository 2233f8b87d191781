import type { ReactNode } from "react";

type SectionProps = { id?: string; title: string; lead?: string; children: ReactNode };

/** A part of the landing page. */
export function Section({ id, title, lead, children }: SectionProps) {
  return (
    <section id={id} className="scroll-mt-4 py-10 md:py-12">
      <h2 className="font-semibold text-(--gray-12) text-[24px]/8 tracking-tight md:text-[32px]/10">{title}</h2>
      {lead && <p className="mt-2 max-w-[44rem] text-(--gray-11) text-[16px]/6">{lead}</p>}
      <div className="mt-6 md:mt-8">{children}</div>
    </section>
  );
}
