"use client";

import { AlertDialog, Button, TextField } from "frosted-ui";
import { type FormEvent, useId, useState } from "react";

const WORD = "delete";

/** Deletion behind a typed word: it cannot be undone. */
export function DeleteMyData({ onDelete }: { onDelete: () => Promise<void> }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <AlertDialog.Root open={isOpen} onOpenChange={(next) => setIsOpen(next)}>
      <AlertDialog.Trigger>
        <Button size="3" variant="soft" color="danger" highContrast>
          Delete my data
        </Button>
      </AlertDialog.Trigger>
      <AlertDialog.Content style={{ maxWidth: 460 }}>
        <AlertDialog.Title render={(props) => <h2 {...props} />} size="5" weight="semi-bold">
          Delete your data here?
        </AlertDialog.Title>
        <AlertDialog.Description size="2" className="m-0">
          Your XP, level, rank, history and profile in this community go, and you begin again at level 1. This cannot be
          undone.
        </AlertDialog.Description>
        <p className="pt-2 text-(--gray-11) text-[14px]/5">
          Rewards you received stay yours. A note of them is kept, so that they are not paid twice.
        </p>
        <Confirmation onDelete={onDelete} onDone={() => setIsOpen(false)} />
      </AlertDialog.Content>
    </AlertDialog.Root>
  );
}

function Confirmation({ onDelete, onDone }: { onDelete: () => Promise<void>; onDone: () => void }) {
  const inputId = useId();
  const [typed, setTyped] = useState("");
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");
  const isConfirmed = typed.trim().toLowerCase() === WORD;

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (!isConfirmed || state === "busy") return;
    setState("busy");
    await onDelete().then(onDone, () => setState("failed"));
  }

  return (
    <form onSubmit={submit} className="flex flex-col gap-3 pt-4">
      <label htmlFor={inputId} className="text-(--gray-12) text-[14px]/5">
        Type “{WORD}” to confirm
      </label>
      <TextField.Root size="3">
        <TextField.Input
          id={inputId}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
        />
      </TextField.Root>
      <p role="status" className="min-h-4 text-(--gray-11) text-[12px]/4">
        {state === "failed" && "Nothing was deleted: that did not work. Try again."}
      </p>
      <div className="flex flex-wrap justify-end gap-3">
        <AlertDialog.Cancel>
          <Button type="button" size="3" variant="soft" color="gray" highContrast>
            Keep my data
          </Button>
        </AlertDialog.Cancel>
        <Button
          type="submit"
          size="3"
          variant="solid"
          color="danger"
          highContrast
          disabled={!isConfirmed}
          loading={state === "busy"}
        >
          Delete my data
        </Button>
      </div>
    </form>
  );
}
