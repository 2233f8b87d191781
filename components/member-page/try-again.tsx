"use client";

import { useRouter } from "next/navigation";
import { DidNotLoad } from "@/components/ui/did-not-load";

/** The page once more, without losing what the browser has. */
export function TryAgain({ requestId }: { requestId: string }) {
  const router = useRouter();
  return <DidNotLoad requestId={requestId} onRetry={() => router.refresh()} />;
}
