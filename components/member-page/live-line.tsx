import { WifiOff } from "lucide-react";

/** Says quietly that changes are not heard as they happen. The page makes room for it by sliding, not by a new layout. */
export function LiveLine({ isAway }: { isAway: boolean }) {
  return (
    <div role="status" className="live-line" data-away={isAway || undefined}>
      <p>
        {isAway && (
          <>
            <WifiOff size={14} strokeWidth={1.75} aria-hidden="true" />
            Not live right now. Checking every 15 s.
          </>
        )}
      </p>
    </div>
  );
}
