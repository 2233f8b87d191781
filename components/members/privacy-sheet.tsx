"use client";

import { Button, RadioGroup, Separator } from "frosted-ui";
import { Download } from "lucide-react";
import { useId, useState } from "react";
import { DeleteMyData } from "@/components/members/delete-my-data";
import { MessageChoice, type MessageChoiceProps } from "@/components/members/message-choice";
import { AdaptiveSheet } from "@/components/ui/adaptive-sheet";
import type { Visibility } from "@/services/leaderboard/leaderboard.schema";

type PrivacySheetProps = {
  isOpen: boolean;
  onOpenChange: (isOpen: boolean) => void;
  visibility: Visibility;
  /** Resolves when it holds; a rejection leaves the choice as it was. */
  onChange: (visibility: Visibility) => Promise<void>;
  onDownload: () => Promise<void>;
  /** Resolves when all is gone. */
  onDelete: () => Promise<void>;
  messages: MessageChoiceProps;
};

/** Who sees the reader here, what they are told, and what is stored about them. */
export function PrivacySheet({ isOpen, onOpenChange, ...props }: PrivacySheetProps) {
  return (
    <AdaptiveSheet isOpen={isOpen} onOpenChange={onOpenChange} title="Your settings and data">
      <div className="flex flex-col gap-5">
        <VisibilityChoice {...props} />
        <Separator size="4" />
        <MessageChoice {...props.messages} />
        <Separator size="4" />
        <MyData {...props} />
      </div>
    </AdaptiveSheet>
  );
}

const CHOICES: { value: Visibility; label: string; explanation: string }[] = [
  { value: "public", label: "Public", explanation: "Name, picture and rank on the board, as everybody else." },
  { value: "anonymous", label: "Anonymous", explanation: "You keep your rank. Others see neither name nor picture." },
  { value: "hidden", label: "Hidden", explanation: "You are on no board and hold no rank." },
];

function VisibilityChoice({ visibility, onChange }: Pick<PrivacySheetProps, "visibility" | "onChange">) {
  const labelId = useId();
  const [wanted, setWanted] = useState<Visibility | null>(null);
  const [hasFailed, setHasFailed] = useState(false);

  async function choose(next: Visibility) {
    setWanted(next);
    setHasFailed(false);
    await onChange(next).catch(() => setHasFailed(true));
    setWanted(null);
  }

  return (
    <section>
      <h3 id={labelId} className="font-semibold text-(--gray-12) text-[14px]/5">
        Who sees you here
      </h3>
      <p className="pb-2 text-(--gray-11) text-[12px]/4">XP, level and rewards go on with each of them.</p>
      <RadioGroup.Root<Visibility>
        aria-labelledby={labelId}
        size="2"
        color="gray"
        highContrast
        className="gap-0"
        value={wanted ?? visibility}
        onValueChange={choose}
        disabled={wanted !== null}
      >
        {CHOICES.map((choice) => (
          <Choice key={choice.value} {...choice} />
        ))}
      </RadioGroup.Root>
      <p role="status" className="text-(--gray-11) text-[12px]/4">
        {hasFailed && "That was not saved. Nothing has changed; try again."}
      </p>
    </section>
  );
}

function Choice({ value, label, explanation }: (typeof CHOICES)[number]) {
  const id = useId();
  return (
    // biome-ignore lint/a11y/noLabelWithoutControl: the radio inside is the control
    <label className="flex min-h-14 cursor-pointer items-start gap-3 py-2">
      <RadioGroup.Item value={value} aria-label={label} aria-describedby={id} />
      <span className="min-w-0 flex-1">
        <span className="block text-(--gray-12) text-[14px]/5">{label}</span>
        <span id={id} className="block text-(--gray-11) text-[12px]/4">
          {explanation}
        </span>
      </span>
    </label>
  );
}

function MyData({ onDownload, onDelete }: Pick<PrivacySheetProps, "onDownload" | "onDelete">) {
  const [state, setState] = useState<"idle" | "busy" | "failed">("idle");

  async function download() {
    setState("busy");
    await onDownload().then(
      () => setState("idle"),
      () => setState("failed"),
    );
  }

  return (
    <section>
      <h3 className="font-semibold text-(--gray-12) text-[14px]/5">My data</h3>
      <p className="pb-3 text-(--gray-11) text-[12px]/4">
        All that is stored about you here, as one file. What you write is never stored.
      </p>
      <div className="flex flex-wrap gap-3">
        <Button size="3" variant="soft" color="gray" highContrast loading={state === "busy"} onClick={download}>
          <Download size={16} aria-hidden="true" />
          Download my data
        </Button>
        <DeleteMyData onDelete={onDelete} />
      </div>
      <p role="status" className="pt-2 text-(--gray-11) text-[12px]/4">
        {state === "failed" && "The download did not start. Try again."}
      </p>
    </section>
  );
}
