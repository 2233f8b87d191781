"use client";

import { Callout } from "frosted-ui";
import { Eye, Lock } from "lucide-react";
import { type FormEvent, useState } from "react";
import { PageHeading } from "@/components/dashboard/page-heading";
import { ActionsPanel } from "@/components/dashboard/rules/actions-panel";
import { BoostSheet } from "@/components/dashboard/rules/boost-sheet";
import { BoostsPanel } from "@/components/dashboard/rules/boosts-panel";
import { ExamplePanel } from "@/components/dashboard/rules/example-panel";
import { ExcludedPanel } from "@/components/dashboard/rules/excluded-panel";
import { LeaversPanel } from "@/components/dashboard/rules/leavers-panel";
import { MultipliersPanel } from "@/components/dashboard/rules/multipliers-panel";
import { PausePanel } from "@/components/dashboard/rules/pause-panel";
import { RemoveBoost } from "@/components/dashboard/rules/remove-boost";
import type { Boost } from "@/components/dashboard/rules/rules-draft";
import { StreaksPanel } from "@/components/dashboard/rules/streaks-panel";
import { type RulesState, useRules } from "@/components/dashboard/rules/use-rules";
import { SaveBar } from "@/components/dashboard/save-bar";
import { useNow } from "@/components/ui/use-now";
import type { NamedRules } from "@/services/rules";

type RulesPageProps = {
  /** As in the address. */
  companyId: string;
  first: NamedRules;
  /** Moderators read. */
  canChange: boolean;
  /** The server's clock in milliseconds. */
  now: number;
};

/** A boost that a sheet or a question is about; it stays while that closes. */
type About = { boost: Boost | null; isOpen: boolean };
const NOBODY: About = { boost: null, isOpen: false };

/** What members earn for what they do, and when it counts more. */
export function RulesPage({ companyId, first, canChange, now: startedAt }: RulesPageProps) {
  const { tier, timeZone, places, hasAllPlaces, ...stored } = first;
  const rules = useRules(companyId, stored);
  const clock = { timeZone, now: useNow(startedAt) };
  const [edited, setEdited] = useState(NOBODY);
  const [removed, setRemoved] = useState(NOBODY);
  const { draft, saving, changed, problems } = rules;
  const needsPremium = tier === "free";
  const premium = { rules, canChange: canChange && !needsPremium, needsPremium };
  const canSave = changed.size > 0 && Object.keys(problems).length === 0 && saving.kind !== "busy";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (canSave) await rules.save();
  }

  return (
    <>
      <PageHeading title="XP rules">
        What members earn for what they do. Changes count from the moment you save; nothing already earned is touched.
      </PageHeading>
      <Notices canChange={canChange} needsPremium={needsPremium} />
      <form onSubmit={submit} noValidate className="flex flex-col gap-4">
        <ActionsPanel {...premium} />
        <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 md:grid-cols-2">
          <div className="flex min-w-0 flex-col gap-4">
            <MultipliersPanel {...premium} places={places} hasAllPlaces={hasAllPlaces} />
            <BoostsPanel
              {...premium}
              clock={clock}
              onAdd={() => setEdited({ boost: null, isOpen: true })}
              onEdit={(boost) => setEdited({ boost, isOpen: true })}
              onRemove={(boost) => setRemoved({ boost, isOpen: true })}
            />
            <ExamplePanel draft={draft} places={places} now={clock.now} />
            <ExcludedPanel {...premium} companyId={companyId} />
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <StreaksPanel {...premium} />
            <LeaversPanel rules={rules} canChange={canChange} />
            <PausePanel rules={rules} canChange={canChange} />
          </div>
        </div>
        {canChange && (
          <SaveBar
            words={inWords(rules)}
            label="Save, from now on"
            isChanged={changed.size > 0}
            isBusy={saving.kind === "busy"}
            isConflict={saving.kind === "failed" && saving.failure.code === "conflict"}
            canSave={canSave}
            onDiscard={rules.discard}
            onLoadAgain={rules.loadAgain}
          />
        )}
      </form>
      <BoostSheet
        isOpen={edited.isOpen}
        boost={edited.boost}
        clock={clock}
        onDone={(boost) => {
          rules.change({ boosts: { ...draft.boosts, [boost.id]: boost } });
          setEdited((before) => ({ ...before, isOpen: false }));
        }}
        onClose={() => setEdited((before) => ({ ...before, isOpen: false }))}
      />
      <RemoveBoost
        isOpen={removed.isOpen}
        boost={removed.boost}
        now={clock.now}
        onConfirm={({ id }) => {
          const { [id]: _gone, ...boosts } = draft.boosts;
          rules.change({ boosts });
          setRemoved((before) => ({ ...before, isOpen: false }));
        }}
        onClose={() => setRemoved((before) => ({ ...before, isOpen: false }))}
      />
    </>
  );
}

function Notices({ canChange, needsPremium }: { canChange: boolean; needsPremium: boolean }) {
  return (
    <>
      {needsPremium && (
        <Callout.Root color="gray" role="note">
          <Callout.Icon>
            <Lock aria-hidden="true" />
          </Callout.Icon>
          <Callout.Title>Own rules are part of Premium</Callout.Title>
          <Callout.Description>
            These are the rules of your community as they are. With Premium you set what everything pays, where and for
            whom it counts more, boosts and streaks. What becomes of who leaves, and a pause, you set in every plan.
          </Callout.Description>
        </Callout.Root>
      )}
      {!canChange && (
        <Callout.Root color="gray" role="note">
          <Callout.Icon>
            <Eye aria-hidden="true" />
          </Callout.Icon>
          <Callout.Description>You can read these rules. Admins of this community can change them.</Callout.Description>
        </Callout.Root>
      )}
    </>
  );
}

function inWords({ saving, changed, problems }: RulesState): string {
  if (saving.kind === "failed") {
    const { code, message } = saving.failure;
    if (code !== "conflict") return `Not saved: ${message}`;
    return "Not saved: somebody else has just changed these settings. Load them again; what you have changed stays.";
  }
  if (saving.kind === "busy") return "";
  if (Object.keys(problems).length > 0) return "Something above needs another look.";
  if (saving.kind === "merged" && changed.size > 0) {
    return "Loaded again, with your changes on top. Look through them, then save.";
  }
  if (changed.size > 0) return "Not saved yet. It counts from the moment you save.";
  if (saving.kind === "merged") return "Loaded again.";
  return saving.kind === "saved" ? "Saved. It counts from now on." : "";
}
