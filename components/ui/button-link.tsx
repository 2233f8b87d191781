import type { ComponentProps } from "react";

type ButtonLinkProps = ComponentProps<"a"> & { href: string; variant?: "solid" | "soft"; size?: "2" | "3" | "4" };

/** A link that looks like a button. frosted-ui's Button would also call itself one, and needs scripts to be followed. */
export function ButtonLink({ variant = "solid", size = "3", className = "", ...rest }: ButtonLinkProps) {
  return (
    <a
      data-accent-color="gray"
      className={`fui-reset fui-BaseButton fui-Button fui-r-size-${size} fui-variant-${variant} fui-high-contrast ${className}`}
      {...rest}
    />
  );
}
