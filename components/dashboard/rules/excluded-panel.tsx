"use client";

import { Button, IconButton } from "frosted-ui";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import { MemberSearch } from "@/components/dashboard/member-search";
import { LIMITS } from "@/components/dashboard/rules/rules-draft";
import { Problem, RulesPanel } from "@/components/dashboard/rules/rules-panel";
import type { RulesState } from "@/components/dashboard/rules/use-rules";
import { useFormats } from "@/components/ui/locale-context";
import { takeFocus } from "@/components/ui/take-focus";

type ExcludedPanelProps = { companyId: string; rules: RulesState; canChange: boolean; needsPremium: boolean };

/** Who earns nothing, whatever they do. */
export function ExcludedPanel({ companyId, rules, canChange, needsPremium }: ExcludedPanelProps) {
  const { number } = useFormats();
  const { draft, saved, names, problems, change, exclude } = rules;
  const ids = Object.keys(draft.excluded);
  const remove = (gone: string) =>
    change({ excluded: Object.fromEntries(Object.entries(draft.excluded).filter(([id]) => id !== gone)) });
  const problem = Object.entries(problems).find(([field]) => field.startsWith("excludedUserIds"))?.[1];
  // What is gone has no row for the stroke.
  const isShorter = Object.keys(saved.excluded).some((id) => !Object.hasOwn(draft.excluded, id));
  return (
    <RulesPanel
      title={titleOf(ids.length, number)}
      subtitle="Accounts that post by themselves, for example. What they do from now on pays nothing; what they have earned stays."
      isChanged={isShorter}
      canChange={canChange}
      needsPremium={needsPremium}
    >
      {ids.length > 0 && (
        <ul className="-mx-3 max-h-80 overflow-y-auto px-3">
          {ids.map((id) => (
            <ExcludedRow
              key={id}
              userId={id}
              name={names[id]}
              isChanged={!Object.hasOwn(saved.excluded, id)}
              onRemove={canChange ? () => remove(id) : undefined}
            />
          ))}
        </ul>
      )}
      <Problem>{problem}</Problem>
      {canChange && ids.length < LIMITS.excludedMembers && (
        <AddMember companyId={companyId} excluded={draft.excluded} onAdd={exclude} />
      )}
    </RulesPanel>
  );
}

function titleOf(count: number, number: (value: number) => string): string {
  if (count === 0) return "Everybody can earn XP";
  return count === 1 ? "1 member earns nothing" : `${number(count)} members earn nothing`;
}

type ExcludedRowProps = { userId: string; name: string | undefined; isChanged: boolean; onRemove?: () => void };

function ExcludedRow({ userId, name, isChanged, onRemove }: ExcludedRowProps) {
  return (
    <li className={`flex min-h-12 items-center gap-3 py-1 ${isChanged ? "unsaved" : ""}`}>
      <div className="min-w-0 flex-1">
        <p className="wrap-anywhere text-(--gray-12) text-[14px]/5">
          <span dir="ltr">{name ?? userId}</span>
          {isChanged && <span className="sr-only">, not saved yet</span>}
        </p>
        {name !== undefined && name !== userId && (
          <p className="wrap-anywhere text-(--gray-11) text-[12px]/4">{userId}</p>
        )}
      </div>
      {onRemove && (
        <IconButton
          type="button"
          size="3"
          variant="ghost"
          color="gray"
          highContrast
          aria-label={`Let ${name ?? userId} earn XP again`}
          onClick={onRemove}
          className="m-0 shrink-0"
        >
          <X size={16} aria-hidden="true" />
        </IconButton>
      )}
    </li>
  );
}

type AddMemberProps = {
  companyId: string;
  excluded: Readonly<Record<string, true>>;
  onAdd: (userId: string, name: string) => void;
};

/** Members are asked for only where somebody is looked for. */
function AddMember({ companyId, excluded, onAdd }: AddMemberProps) {
  const [search, setSearch] = useState<"closed" | "open" | "done">("closed");
  if (search !== "open") {
    return (
      <Button
        type="button"
        size="2"
        variant="ghost"
        color="gray"
        highContrast
        className="m-0 -ml-2 self-start"
        ref={search === "done" ? takeFocus : undefined}
        onClick={() => setSearch("open")}
      >
        <Plus size={16} aria-hidden="true" /> Exclude a member
      </Button>
    );
  }
  return (
    <MemberSearch
      companyId={companyId}
      label="Member to exclude"
      value={null}
      takesFocus
      onChange={(userId, name) => {
        if (userId !== null && !Object.hasOwn(excluded, userId)) onAdd(userId, name);
        setSearch("done");
      }}
    />
  );
}
