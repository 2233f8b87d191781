import { MessagesPage } from "@/components/dashboard/messages/messages-page";
import { getDeps } from "@/lib/deps";
import { readOnboarding } from "@/services/communities/read-onboarding";
import { readNotificationSettings } from "@/services/notifications/read-settings";
import { staffAccess } from "../access";

/** What WEE5 says to members. */
export default async function MessageSettingsPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const [settings, { timeZone }] = await Promise.all([
    readNotificationSettings(deps, access.communityId),
    readOnboarding(deps, access.communityId),
  ]);
  return (
    <MessagesPage
      companyId={companyId}
      first={settings}
      canChange={access.isAdmin}
      timeZone={timeZone}
      now={deps.now().getTime()}
    />
  );
}
