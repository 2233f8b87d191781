import { Heading, Text } from "frosted-ui";
import type { ReactNode } from "react";
import { Logo } from "./logo";

/** A page that says one thing: what happened, then what comes next. */
export function Notice({ title, children, action }: { title: string; children: ReactNode; action?: ReactNode }) {
  return (
    <main className="mx-auto flex min-h-dvh max-w-[32rem] flex-col justify-center gap-4 p-4 md:p-6">
      <Logo />
      <Heading size="5" weight="semi-bold">
        {title}
      </Heading>
      <Text render={<div />} size="3" className="flex flex-col gap-2 text-(--gray-11)">
        {children}
      </Text>
      {action}
    </main>
  );
}
