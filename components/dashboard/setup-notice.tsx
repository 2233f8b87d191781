import { Callout } from "frosted-ui";
import { CircleCheck, Hourglass } from "lucide-react";

/** What the team should know of the set-up before anything else; nothing on most days. */
export function SetupNotice({ isConfirmedNow, isWaiting }: { isConfirmedNow: boolean; isWaiting: boolean }) {
  if (isConfirmedNow) {
    return (
      <Callout.Root color="gray" role="status">
        <Callout.Icon>
          <CircleCheck aria-hidden="true" />
        </Callout.Icon>
        <Callout.Title>Rewards are confirmed</Callout.Title>
        <Callout.Description>
          Who reaches a level gets its reward, by itself and once. What was earned before is on its way now.
        </Callout.Description>
      </Callout.Root>
    );
  }
  if (!isWaiting) return null;
  return (
    <Callout.Root color="gray" role="note">
      <Callout.Icon>
        <Hourglass aria-hidden="true" />
      </Callout.Icon>
      <Callout.Title>The set-up is not finished</Callout.Title>
      <Callout.Description>
        Members earn XP and levels already. No reward is sent until an admin of this community has confirmed them here.
      </Callout.Description>
    </Callout.Root>
  );
}
