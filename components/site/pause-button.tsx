import { Pause, Play } from "lucide-react";

/** What moves by itself for longer than a moment can be stopped. */
export function PauseButton({ isPaused, onToggle }: { isPaused: boolean; onToggle: () => void }) {
  const Icon = isPaused ? Play : Pause;
  return (
    <button
      type="button"
      className="inline-flex min-h-8 shrink-0 cursor-pointer items-center gap-1 rounded px-1 text-(--gray-11) text-[12px]/4 hover:text-(--gray-12)"
      onClick={onToggle}
    >
      <Icon size={12} strokeWidth={1.75} aria-hidden="true" />
      {isPaused ? "Play the sample" : "Pause the sample"}
    </button>
  );
}
