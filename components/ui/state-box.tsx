import { EmptyState } from "frosted-ui";
import type { ReactNode } from "react";

export type StateBoxProps = {
  /** Decoration: the title says it all. */
  icon: ReactNode;
  title: ReactNode;
  /** What happened and what comes next, as phrases: it stands in one paragraph. */
  children: ReactNode;
  /** The next step. */
  action?: ReactNode;
  /** For support: small, at the end. */
  footnote?: ReactNode;
  /** 1 where nothing else is on the page. */
  headingLevel?: 1 | 2 | 3;
};

/** Stands where content would: what happened, then what comes next. */
export function StateBox({ icon, title, children, action, footnote, headingLevel = 2 }: StateBoxProps) {
  const Heading = `h${headingLevel}` as const;
  return (
    <EmptyState.Root className="w-full max-w-[20rem]">
      <EmptyState.Header>
        <EmptyState.Media aria-hidden="true">{icon}</EmptyState.Media>
        <EmptyState.Title render={<Heading />} className="wrap-anywhere text-(--gray-12)">
          {title}
        </EmptyState.Title>
        <EmptyState.Description className="wrap-anywhere text-(--gray-11)">{children}</EmptyState.Description>
      </EmptyState.Header>
      {action && <EmptyState.Actions>{action}</EmptyState.Actions>}
      {footnote && <p className="mt-4 break-all text-center text-(--gray-11) text-[12px]/4">{footnote}</p>}
    </EmptyState.Root>
  );
}
