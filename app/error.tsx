"use client";

import { Button } from "frosted-ui";
import { Notice } from "@/components/ui/notice";

export default function ErrorPage({ error, retry }: { error: unknown; retry: () => void }) {
  const reference = error instanceof Error && "digest" in error ? String(error.digest) : undefined;
  return (
    <Notice
      title="This page did not load"
      action={
        <Button size="3" variant="solid" color="gray" highContrast className="self-start" onClick={() => retry()}>
          Try again
        </Button>
      }
    >
      <p>Your XP is safe: everything you do is still being counted.</p>
      {reference !== undefined && <p>If it stays like this, tell us this reference: {reference}</p>}
    </Notice>
  );
}
