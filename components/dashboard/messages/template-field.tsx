"use client";

import { TextArea } from "frosted-ui";
import { useId } from "react";
import { PLACEHOLDER_LIST, previewsOf } from "@/components/dashboard/messages/settings-draft";
import { FieldProblem } from "@/components/dashboard/messages/settings-row";
import { TEMPLATE_MAX_LENGTH } from "@/services/notifications/render-template";

type TemplateFieldProps = { value: string; problem: string | undefined; onChange: (value: string) => void };

/** What is said, in the community's own words, and how that reads. */
export function TemplateField({ value, problem, onChange }: TemplateFieldProps) {
  const id = useId();
  return (
    <div className="flex flex-col gap-3">
      <div className="flex flex-col gap-1.5">
        <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
          Text
        </label>
        <TextArea
          id={id}
          size="3"
          rows={3}
          maxLength={TEMPLATE_MAX_LENGTH}
          value={value}
          onChange={(event) => onChange(event.target.value)}
          aria-invalid={problem !== undefined}
          aria-describedby={`${id}-help ${id}-problem`}
        />
        <p id={`${id}-help`} className="text-(--gray-11) text-[12px]/4">
          Use {PLACEHOLDER_LIST}, and Markdown. A sentence about something that there is none of is left out.
        </p>
        <FieldProblem id={`${id}-problem`}>{problem}</FieldProblem>
      </div>
      {problem === undefined && <Previews template={value} />}
    </div>
  );
}

function Previews({ template }: { template: string }) {
  return (
    <dl className="flex flex-col gap-2">
      {previewsOf(template).map(({ title, text }) => (
        <div key={title} className="rounded-[10px] bg-(--gray-a3) px-3 py-2">
          <dt className="text-(--gray-11) text-[12px]/4">{title}</dt>
          <dd className="wrap-anywhere whitespace-pre-wrap text-(--gray-12) text-[14px]/5">{text}</dd>
        </div>
      ))}
    </dl>
  );
}
