"use client";

import { Callout } from "frosted-ui";
import { Eye } from "lucide-react";
import type { FormEvent } from "react";
import { Lockable } from "@/components/dashboard/lockable";
import { CommandsPanel } from "@/components/dashboard/messages/commands-panel";
import { AnnouncementPanel, DirectMessagePanel, PushPanel } from "@/components/dashboard/messages/message-panels";
import { ProblemsPanel } from "@/components/dashboard/messages/problems-panel";
import { QuietHoursPanel } from "@/components/dashboard/messages/quiet-hours-panel";
import { MessagesSaveBar } from "@/components/dashboard/messages/save-bar";
import { useSettings } from "@/components/dashboard/messages/use-settings";
import { PageHeading } from "@/components/dashboard/page-heading";
import type { NotificationSettingsAnswer } from "@/services/notifications/notifications.schema";

type MessagesPageProps = {
  /** As in the address. */
  companyId: string;
  first: NotificationSettingsAnswer;
  /** Moderators read. */
  canChange: boolean;
  /** Of the community. */
  timeZone: string;
  /** The server's clock in milliseconds. */
  now: number;
};

/** What WEE5 says to members, where and when. */
export function MessagesPage({ companyId, first, canChange, timeZone, now }: MessagesPageProps) {
  const { chats, recentProblems, ...stored } = first;
  const settings = useSettings(companyId, stored);
  const { saving, changed, problems } = settings;
  const canSave = changed.size > 0 && Object.keys(problems).length === 0 && saving.kind !== "busy";

  async function submit(event: FormEvent) {
    event.preventDefault();
    if (canSave) await settings.save();
  }

  return (
    <>
      <PageHeading title="Messages">
        What WEE5 says to your members. Each level is told once, nothing of the past is, and each member can opt out.
      </PageHeading>
      {!canChange && (
        <Callout.Root color="gray" role="note">
          <Callout.Icon>
            <Eye aria-hidden="true" />
          </Callout.Icon>
          <Callout.Description>
            You can read these settings. Admins of this community can change them.
          </Callout.Description>
        </Callout.Root>
      )}
      <form onSubmit={submit} noValidate>
        <Lockable isLocked={!canChange} legend="Messages to members">
          <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-4 md:grid-cols-2">
            <div className="flex min-w-0 flex-col gap-4">
              <AnnouncementPanel settings={settings} chats={chats} />
              <DirectMessagePanel settings={settings} />
            </div>
            <div className="flex min-w-0 flex-col gap-4">
              <PushPanel settings={settings} />
              <QuietHoursPanel settings={settings} timeZone={timeZone} />
              <CommandsPanel settings={settings} chats={chats} />
              <ProblemsPanel problems={recentProblems} timeZone={timeZone} now={now} />
            </div>
          </div>
        </Lockable>
        {canChange && <MessagesSaveBar settings={settings} canSave={canSave} />}
      </form>
    </>
  );
}
