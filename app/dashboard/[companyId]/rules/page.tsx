import { RulesPage } from "@/components/dashboard/rules/rules-page";
import { Providers } from "@/components/providers";
import { getDeps } from "@/lib/deps";
import { readNamedRules } from "@/services/rules";
import { staffAccess } from "../access";

/** What members earn for what they do. */
export default async function XpRulesPage({ params }: { params: Promise<{ companyId: string }> }) {
  const { companyId } = await params;
  const access = await staffAccess(companyId);
  if (access === null) return null;
  const deps = getDeps();
  const rules = await readNamedRules(deps, access.communityId);
  return (
    <Providers>
      <RulesPage companyId={companyId} first={rules} canChange={access.isAdmin} now={deps.now().getTime()} />
    </Providers>
  );
}
