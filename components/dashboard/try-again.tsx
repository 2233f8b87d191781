"use client";

import { useRouter } from "next/navigation";
import { DidNotLoad } from "@/components/ui/did-not-load";

/** For a page that could not be made because Whop or the database did not answer. */
export function TryAgain() {
  const router = useRouter();
  return <DidNotLoad onRetry={() => router.refresh()} />;
}
