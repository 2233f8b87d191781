"use client";

import { DidNotLoad } from "@/components/ui/did-not-load";

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  return <DidNotLoad requestId={digestOf(error)} onRetry={retry} />;
}

/** Next's reference to what it has logged. The message is not for readers. */
function digestOf(error: unknown): string | undefined {
  return error instanceof Error && "digest" in error ? String(error.digest) : undefined;
}
