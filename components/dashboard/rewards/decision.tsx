"use client";

import { AlertDialog, Button } from "frosted-ui";
import type { RefObject } from "react";
import { questionOf } from "@/components/dashboard/rewards/queue-words";
import type { DecisionState } from "@/components/dashboard/rewards/use-decision";
import { useFormats } from "@/components/ui/locale-context";

/** Asks once more before something that cannot be taken back, and says what it leads to. */
export function Decision({
  decision: { asked, isOpen, isOver, busyId, confirm, close },
  goesOnAt,
}: {
  decision: DecisionState;
  /** Where the keyboard goes on once it is decided. */
  goesOnAt: RefObject<HTMLElement | null>;
}) {
  const formats = useFormats();
  const question = asked && questionOf(asked.entry, asked.action, formats);
  const isBusy = busyId !== null;
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && !isBusy && close()}>
      {question && (
        <AlertDialog.Content style={{ maxWidth: 460 }} finalFocus={isOver ? goesOnAt : true}>
          <AlertDialog.Title
            render={(props) => <h2 {...props} />}
            size="5"
            weight="semi-bold"
            className="wrap-anywhere"
          >
            {question.title}
          </AlertDialog.Title>
          <AlertDialog.Description size="2" className="wrap-anywhere m-0">
            {question.consequence}
          </AlertDialog.Description>
          <div className="flex flex-wrap justify-end gap-3 pt-5">
            <AlertDialog.Cancel>
              <Button size="3" variant="soft" color="gray" highContrast disabled={isBusy}>
                {question.keep}
              </Button>
            </AlertDialog.Cancel>
            <Button
              size="3"
              variant="solid"
              color={question.isDestructive ? "danger" : "gray"}
              highContrast
              loading={isBusy}
              onClick={confirm}
            >
              {question.confirm}
            </Button>
          </div>
        </AlertDialog.Content>
      )}
    </AlertDialog.Root>
  );
}
