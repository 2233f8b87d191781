"use client";

import { AlertDialog, Button } from "frosted-ui";
import { stateOf } from "@/components/dashboard/rules/boost-words";
import type { Boost } from "@/components/dashboard/rules/rules-draft";

type RemoveBoostProps = {
  isOpen: boolean;
  boost: Boost | null;
  now: number;
  onConfirm: (boost: Boost) => void;
  onClose: () => void;
};

/** Asks once more. */
export function RemoveBoost({ isOpen, boost, now, onConfirm, onClose }: RemoveBoostProps) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && onClose()}>
      {boost && (
        <AlertDialog.Content style={{ maxWidth: 460 }}>
          <AlertDialog.Title
            render={(props) => <h2 {...props} />}
            size="5"
            weight="semi-bold"
            className="wrap-anywhere"
          >
            Remove <bdi>{boost.name}</bdi>?
          </AlertDialog.Title>
          <AlertDialog.Description size="2" className="wrap-anywhere m-0">
            {stateOf(boost, now) === "over"
              ? "It leaves this list. What members earned with it they keep."
              : "It will not begin. It is gone once you save."}
          </AlertDialog.Description>
          <div className="flex flex-wrap justify-end gap-3 pt-5">
            <AlertDialog.Cancel>
              <Button size="3" variant="soft" color="gray" highContrast>
                Keep it
              </Button>
            </AlertDialog.Cancel>
            <Button size="3" variant="solid" color="danger" highContrast onClick={() => onConfirm(boost)}>
              Remove
            </Button>
          </div>
        </AlertDialog.Content>
      )}
    </AlertDialog.Root>
  );
}
