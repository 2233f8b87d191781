"use client";

import { useEffect, useState } from "react";
import { useFormats } from "@/components/ui/locale-context";

type Gained = { xp: number; version: number };

const SHOWN_MS = 2_500;

/** "+20" and a stroke at the row's edge for 2.5 s. Its place is kept free, so nothing moves. */
export function Gain({ gained }: { gained: Gained | null | undefined }) {
  const shown = useLatest(gained);
  const { signed } = useFormats();
  return (
    <>
      {shown && <span key={shown.version} aria-hidden="true" className="stroke-drawn -left-4 absolute inset-y-0" />}
      <span aria-hidden="true" className="mr-2 inline-block min-w-9 text-right font-medium text-(--accent-11)">
        {shown && signed(shown.xp)}
      </span>
      <span role="status" className="sr-only">
        {shown && `${signed(shown.xp)} XP`}
      </span>
    </>
  );
}

/** What was gained, until its time is over. Nothing for what had been gained before the first look. */
function useLatest(gained: Gained | null | undefined): Gained | null {
  const version = gained?.version;
  const [overVersion, setOverVersion] = useState(version);
  useEffect(() => {
    if (version === undefined) return;
    const timer = setTimeout(() => setOverVersion(version), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [version]);
  return gained && gained.version !== overVersion && gained.xp !== 0 ? gained : null;
}
