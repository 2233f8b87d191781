"use client";

import type { ComponentProps, MouseEvent } from "react";
import { useWhopFrame } from "@/components/frame/whop-frame";
import { ButtonLink } from "@/components/ui/button-link";

/** A button that leads to Whop: through the Whop around this page where there is one, else in a new tab, also without scripts. */
export function WhopLink({ href, ...rest }: ComponentProps<typeof ButtonLink>) {
  const { connection, openLink } = useWhopFrame();
  function follow(event: MouseEvent) {
    // With a key or another button held, the reader has chosen where it opens.
    if (connection !== "connected" || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    openLink(href);
  }
  return <ButtonLink href={href} target="_blank" rel="noopener" onClick={follow} {...rest} />;
}
