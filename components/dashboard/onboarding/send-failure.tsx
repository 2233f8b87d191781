"use client";

import { Callout } from "frosted-ui";
import { CircleAlert } from "lucide-react";
import type { ApiFailure } from "@/components/http/call-api";

/** Why confirming did not work. Nothing of it has been kept on the server, all of it on the page. */
export function SendFailure({ failure }: { failure: ApiFailure }) {
  const isConflict = failure.code === "conflict";
  return (
    <Callout.Root color="gray" role="alert">
      <Callout.Icon>
        <CircleAlert aria-hidden="true" />
      </Callout.Icon>
      <Callout.Title>{isConflict ? "Somebody else has just confirmed" : "Not confirmed"}</Callout.Title>
      <Callout.Description>
        {isConflict
          ? "Another admin chose differently a moment ago. Load the page again to see their choice; you can change it from there."
          : `${failure.message} Nothing has changed, and your choices are still here.`}
        {failure.requestId !== null && !isConflict && ` If it goes on, send this to support: ${failure.requestId}`}
      </Callout.Description>
      {isConflict && (
        <Callout.Actions>
          <Callout.Action type="button" onClick={() => window.location.reload()}>
            Load again
          </Callout.Action>
        </Callout.Actions>
      )}
    </Callout.Root>
  );
}
