import { EmptyState } from "frosted-ui";
import { Logo } from "@/components/ui/logo";
import { WhopLink } from "@/components/ui/whop-link";
import type { Filter } from "@/services/leaderboard/board";

export type Chat = { name: string; url: string };

const Heading = "h3";

/** Nobody has XP: what to do now. */
export function EmptyBoard({ filter, chat }: { filter: Filter; chat: Chat | null }) {
  return (
    <EmptyState.Root className="mx-auto w-full max-w-[20rem] py-16">
      <EmptyState.Header>
        <EmptyState.Media variant="ghost" aria-hidden="true">
          <Logo size={40} />
        </EmptyState.Media>
        <EmptyState.Title render={<Heading />} size="3" className="text-(--gray-12)">
          {filter === "all-time" ? "Nobody is on the board yet" : `Nobody has XP this ${filter} yet`}
        </EmptyState.Title>
        <EmptyState.Description className="text-(--gray-11)">
          Write in any channel and you will be the first. XP shows up here within a second.
        </EmptyState.Description>
      </EmptyState.Header>
      {chat && (
        <EmptyState.Actions>
          <WhopLink href={chat.url} className="max-w-full">
            <span className="truncate">
              Go to <bdi>{chat.name}</bdi>
            </span>
          </WhopLink>
        </EmptyState.Actions>
      )}
    </EmptyState.Root>
  );
}
