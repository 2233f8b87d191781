"use client";

import { Combobox } from "frosted-ui";
import { Search } from "lucide-react";
import { useId, useState } from "react";
import { useMembers } from "@/components/dashboard/use-members";
import { takeFocus } from "@/components/ui/take-focus";

type MemberSearchProps = {
  companyId: string;
  label: string;
  /** A user id. */
  value: string | null;
  /** Where the reader has just asked for it. */
  takesFocus?: boolean;
  onChange: (userId: string | null, name: string) => void;
};

const USER_ID = /^user_\w{1,59}$/;

/** Finds a member by name, or takes a user id. */
export function MemberSearch({ companyId, label, value, takesFocus, onChange }: MemberSearchProps) {
  const id = useId();
  const { members, isLoading, hasFailed } = useMembers(companyId);
  const [typed, setTyped] = useState("");
  const names = new Map(members.map(({ userId, name }) => [userId, name]));
  const labelOf = (userId: string) => names.get(userId) ?? userId;
  const { contains } = Combobox.useFilter();
  const isOther = USER_ID.test(typed.trim()) && !names.has(typed.trim());
  const items = isOther ? [typed.trim(), ...names.keys()] : [...names.keys()];

  return (
    <div className="flex flex-col gap-1.5">
      <label htmlFor={id} className="font-medium text-(--gray-12) text-[14px]/5">
        {label}
      </label>
      <Combobox.Root
        size="3"
        items={items}
        value={value}
        onValueChange={(userId: string | null) => onChange(userId, userId === null ? "" : labelOf(userId))}
        onInputValueChange={(text: string) => setTyped(text)}
        itemToStringLabel={labelOf}
        // Somebody with a name is found by the id as well.
        filter={(userId: string, query) => userId === query.trim() || contains(labelOf(userId), query)}
        autoHighlight
      >
        <Combobox.InputRoot showTrigger={false}>
          <Combobox.InputSlot>
            <Search size={16} strokeWidth={1.75} aria-hidden="true" />
          </Combobox.InputSlot>
          <Combobox.Input
            id={id}
            ref={takesFocus ? takeFocus : undefined}
            aria-label={label}
            placeholder="Search a name, or paste a user id"
            aria-describedby={`${id}-help`}
          />
        </Combobox.InputRoot>
        <Combobox.Content variant="solid">
          <Combobox.Empty>
            {isLoading ? "Loading members." : "Nobody has this name. Paste the user id instead."}
          </Combobox.Empty>
          <Combobox.List>
            {(userId: string) => (
              <Combobox.Item key={userId} value={userId}>
                <span dir="ltr">{labelOf(userId)}</span>
              </Combobox.Item>
            )}
          </Combobox.List>
        </Combobox.Content>
      </Combobox.Root>
      <p id={`${id}-help`} role={hasFailed ? "alert" : undefined} className="text-(--gray-11) text-[12px]/4">
        {hasFailed
          ? "The names did not load. A user id (user_…) works all the same."
          : "Who is anonymous on the board is found by the user id from Whop (user_…)."}
      </p>
    </div>
  );
}
