"use client";

import { AlertDialog, Button } from "frosted-ui";

type AskFirstProps = {
  title: string;
  consequence: string;
  confirm: string;
  keep: string;
  isOpen: boolean;
  isBusy: boolean;
  onConfirm: () => void;
  onClose: () => void;
};

/** Asks once more before something that cannot be taken back, and says what it leads to. */
export function AskFirst({ title, consequence, confirm, keep, isOpen, isBusy, onConfirm, onClose }: AskFirstProps) {
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => !next && !isBusy && onClose()}>
      <AlertDialog.Content style={{ maxWidth: 460 }}>
        <AlertDialog.Title render={(props) => <h2 {...props} />} size="5" weight="semi-bold">
          {title}
        </AlertDialog.Title>
        <AlertDialog.Description size="2" className="m-0">
          {consequence}
        </AlertDialog.Description>
        <div className="flex flex-wrap justify-end gap-3 pt-5">
          <AlertDialog.Cancel>
            <Button size="3" variant="soft" color="gray" highContrast disabled={isBusy}>
              {keep}
            </Button>
          </AlertDialog.Cancel>
          <Button size="3" variant="solid" color="gray" highContrast loading={isBusy} onClick={onConfirm}>
            {confirm}
          </Button>
        </div>
      </AlertDialog.Content>
    </AlertDialog.Root>
  );
}
