"use client";

import { Button } from "frosted-ui";
import { CloudOff, RefreshCw, WifiOff } from "lucide-react";
import { Notice } from "@/components/ui/notice";
import { type Retry, useRetry } from "@/components/ui/use-retry";

type DidNotLoadProps = {
  /** What support needs to find it in the logs. */
  requestId?: string;
  /** Tries again; what it returns is waited for. */
  onRetry: () => unknown;
};

/** For a page that failed: says what is safe, and tries again by itself. */
export function DidNotLoad({ requestId, onRetry }: DidNotLoadProps) {
  const retry = useRetry(onRetry);
  return (
    <Notice
      icon={retry.isOnline ? <CloudOff /> : <WifiOff />}
      title={retry.isOnline ? "This page did not load" : "You are offline"}
      action={
        <Button size="3" variant="solid" color="gray" highContrast loading={retry.isTrying} onClick={retry.tryNow}>
          <RefreshCw size={16} strokeWidth={1.75} aria-hidden="true" />
          Try now
        </Button>
      }
      footnote={
        requestId !== undefined && (
          <>
            If it goes on, send this to support: <span className="inline-block">{requestId}</span>
          </>
        )
      }
    >
      Your XP is safe: everything you do is still being counted. {whatComesNext(retry)}
    </Notice>
  );
}

function whatComesNext({ isOnline, isTrying, secondsLeft }: Retry): string {
  if (isTrying) return "Trying again.";
  return isOnline ? `We try again in ${secondsLeft} s.` : "We try again when the connection is back.";
}
