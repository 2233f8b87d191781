"use client";

import { useState } from "react";
import { mergeDraft } from "@/components/dashboard/rules/merge-draft";
import {
  changedParts,
  changeOf,
  type DraftProblems,
  draftOf,
  fieldOf,
  problemsOf,
  type RulesDraft,
} from "@/components/dashboard/rules/rules-draft";
import { nameOf } from "@/components/dashboard/use-members";
import { ApiFailure, callApi } from "@/components/http/call-api";
import type { SavedRules } from "@/services/communities/rules.schema";
import type { NamedRules } from "@/services/rules";

/** "merged": loaded again, with what was changed here on top. */
type Saving = { kind: "idle" | "busy" | "saved" | "merged" } | { kind: "failed"; failure: ApiFailure };

/** What is chosen, what of it is saved, and how it gets there. Nothing that was chosen is lost by anything but discarding it. */
export function useRules(companyId: string, first: SavedRules & Pick<NamedRules, "excludedMembers">) {
  const [saved, setSaved] = useState<SavedRules>(first);
  const [names, setNames] = useState(() => namesIn(first));
  const [draft, setDraft] = useState<RulesDraft>(() => draftOf(first));
  const [saving, setSaving] = useState<Saving>({ kind: "idle" });
  const before = draftOf(saved);
  const changed = changedParts(draft, before);
  const problems: DraftProblems = { ...refusalsOf(saving, draft), ...problemsOf(draft) };

  function change(part: Partial<RulesDraft>) {
    // A save that is under way goes on.
    setSaving((now) => (now.kind === "busy" ? now : { kind: "idle" }));
    setDraft((now) => ({ ...now, ...part }));
  }

  /** @param begunWith what was saved, or thought to be, when this was begun. */
  function takeOver(answer: SavedRules, begunWith: RulesDraft) {
    setSaved(answer);
    setDraft((now) => mergeDraft(begunWith, now, draftOf(answer)));
  }

  async function attempt(work: () => Promise<Saving>) {
    setSaving({ kind: "busy" });
    try {
      setSaving(await work());
    } catch (error) {
      if (!(error instanceof ApiFailure)) throw error;
      setSaving({ kind: "failed", failure: error });
    }
  }

  return {
    draft,
    /** As it was saved last. */
    saved: before,
    changed,
    problems,
    saving,
    change,
    /** Of excluded members, by user id, where they are known. */
    names,
    exclude(userId: string, name: string) {
      setNames((known) => ({ ...known, [userId]: name }));
      change({ excluded: { ...draft.excluded, [userId]: true } });
    },
    discard() {
      setDraft(before);
      setSaving({ kind: "idle" });
    },
    save: () =>
      attempt(async () => {
        const json = { experienceId: companyId, version: saved.version, ...changeOf(draft, saved) };
        takeOver(await callApi<SavedRules>("/api/settings", { method: "PUT", json }), draft);
        return { kind: "saved" };
      }),
    /** As the rules are now, with what was changed here on top. */
    loadAgain: () =>
      attempt(async () => {
        const asked = new URLSearchParams({ experienceId: companyId });
        const answer = await callApi<NamedRules>(`/api/settings?${asked}`);
        setNames((known) => ({ ...known, ...namesIn(answer) }));
        takeOver(answer, before);
        return { kind: "merged" };
      }),
  };
}

export type RulesState = ReturnType<typeof useRules>;

function namesIn({ excludedMembers }: Pick<NamedRules, "excludedMembers">): Record<string, string> {
  const named = excludedMembers.map(({ userId, name, username }) => [userId, nameOf(name, username)] as const);
  return Object.fromEntries(named.filter((entry): entry is [string, string] => entry[1] !== null));
}

/** What the API has found at fault and the page had not, until it is changed. */
function refusalsOf(saving: Saving, draft: RulesDraft): DraftProblems {
  if (saving.kind !== "failed") return {};
  return Object.fromEntries(saving.failure.fields.map(({ path, message }) => [fieldOf(path, draft), `${message}.`]));
}
