import { StateBox, type StateBoxProps } from "@/components/ui/state-box";

/** A page that says one thing. */
export function Notice(props: Omit<StateBoxProps, "headingLevel">) {
  return (
    <main className="grid min-h-dvh place-items-center p-4 md:p-6">
      <StateBox headingLevel={1} {...props} />
    </main>
  );
}
