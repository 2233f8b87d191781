import { RulesPage } from "@/components/dashboard/rules/rules-page";
import { getDeps } from "@/lib/deps";
import { readRules } from "@/services/communities/read-rules";
import { staffAccess } from "../access";

/** What members earn for what they do. */
export default async function XpRulesPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const rules = await readRules(deps, access.communityId);
  return <RulesPage companyId={companyId} first={rules} canChange={access.isAdmin} now={deps.now().getTime()} />;
}
