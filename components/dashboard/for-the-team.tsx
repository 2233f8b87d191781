import { Lock } from "lucide-react";
import { ButtonLink } from "@/components/ui/button-link";
import { Notice } from "@/components/ui/notice";

/** For members who come to their community's dashboard. */
export function ForTheTeam({ communityId, title }: { communityId: string; title: string }) {
  return (
    <Notice
      icon={<Lock />}
      title={<>Only for the team of {title === "" ? "this community" : <bdi>{title}</bdi>}</>}
      action={<ButtonLink href={`/experiences/${communityId}`}>Open your level</ButtonLink>}
    >
      Admins and moderators see the dashboard. Your level, rewards and history are on the member page.
    </Notice>
  );
}
