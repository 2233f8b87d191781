import { headers } from "next/headers";
import { cache } from "react";
import { pageAccess } from "@/lib/auth/page-access";
import { getDeps } from "@/lib/deps";

/** Who opens the dashboard; asked once for all parts of a page. */
export const dashboardAccess = cache(async (companyId: string) => pageAccess(getDeps(), await headers(), companyId));

/** The community for who may see its dashboard; null for everybody else, whom the layout answers. */
export async function staffAccess(companyId: string) {
  const access = await dashboardAccess(companyId);
  return access.kind === "member" && access.role !== "member" ? { ...access, isAdmin: access.role === "admin" } : null;
}
