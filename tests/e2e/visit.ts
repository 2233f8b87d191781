import { expect } from "@playwright/test";
import type { StackFile } from "@/dev/stack-file";
import { asOwner } from "@/tests/e2e/database";

const VISITED = `
  select 1 from activity_log l
  join communities c using (community_id)
  join settings_versions s on s.community_id = c.community_id and s.version = c.settings_version
  cross join lateral (select s.settings ->> 'timeZone') z(zone)
  where l.community_id = $1 and l.user_id = $2 and l.action = 'daily_visit'
    and (l.occurred_at at time zone zone)::date = (now() at time zone zone)::date`;

/** Has a member's visit of the day counted, so that whoever opens a page as them later is paid nothing for it. */
export async function visit(addresses: StackFile, userId: string): Promise<void> {
  const { appUrl, whopUrl, databaseUrl, companyId, experienceId } = addresses;
  const asked = await fetch(`${whopUrl}/_sim/token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ userId }),
  });
  const { token } = (await asked.json()) as { token: string }; // as the simulator says
  await fetch(`${appUrl}/api/me?experienceId=${experienceId}`, { headers: { "x-whop-user-token": token } });
  await expect.poll(() => asOwner(databaseUrl, VISITED, [companyId, userId])).toHaveLength(1);
}
