import { headers } from "next/headers";
import { notFound } from "next/navigation";
import { MemberPage } from "@/components/member-page/member-page";
import { TryAgain } from "@/components/member-page/try-again";
import { NoAccess } from "@/components/ui/no-access";
import { SignedOut } from "@/components/ui/signed-out";
import { pageAccess } from "@/lib/auth/page-access";
import { type Deps, getDeps } from "@/lib/deps";
import type { AppError } from "@/lib/errors";
import { asAppError, requestIdOf } from "@/lib/http/answer";
import { communityOnWhop } from "@/lib/whop/addresses";
import { readCommunity } from "@/services/communities/read-community";
import { noteVisit } from "@/services/members/note-visit";
import { readExMember } from "@/services/members/read-ex-member";
import { deliverAfterAward } from "@/services/notifications/deliver-soon";
import { readMemberPage } from "./read-member-page";

export const metadata = { title: "Your level" };

type PageProps = { params: Promise<{ experienceId: string }> };

export default async function ExperiencePage({ params }: PageProps) {
  const { experienceId } = await params;
  const [deps, sent] = [getDeps(), await headers()];
  const access = await pageAccess(deps, sent, experienceId);
  if (access.kind === "signed-out") return <SignedOut />;
  if (access.kind === "unavailable") return tryAgain(deps, requestIdOf(sent), access.cause);
  if (access.kind === "no-access") {
    if (access.communityId === null) notFound();
    return <ForMembersOnly communityId={access.communityId} userId={access.userId} />;
  }
  const data = await readMemberPage(deps, access, experienceId).catch(asAppError);
  if (data instanceof Error) {
    if (data.code === "not_found") notFound();
    return tryAgain(deps, requestIdOf(sent), data);
  }
  noteVisit(deps, access, deliverAfterAward);
  return <MemberPage data={data} />;
}

async function ForMembersOnly({ communityId, userId }: { communityId: string; userId: string }) {
  const deps = getDeps();
  // Who is not let in sees the community's name and what became of their level, where the database is there to tell it.
  const [title, ended] = await Promise.all([
    readCommunity(deps, communityId).then(
      (community) => community.title,
      () => "",
    ),
    readExMember(deps, communityId, userId).catch(() => null),
  ]);
  const whopUrl = communityOnWhop(deps.env, communityId);
  return <NoAccess communityTitle={title} ended={ended ?? undefined} whopUrl={whopUrl} />;
}

function tryAgain(deps: Pick<Deps, "log">, requestId: string, failure: AppError) {
  deps.log.error({ err: failure, requestId }, "a member's page could not be made");
  return <TryAgain requestId={requestId} />;
}
