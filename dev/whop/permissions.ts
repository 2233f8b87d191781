import { ApiError } from "./api-error";
import type { ApiRequest } from "./operation";
import type { World } from "./world";

export interface Permissions {
  /** The app may no longer do this in the company ("forumPosts.list"): 403 until it is granted again. */
  revoke(companyId: string, operation: string): void;
  grant(companyId: string, operation: string): void;
  /** Everything of the company answers `status`, and Whop sends no webhooks of it. */
  uninstall(companyId: string, status?: 403 | 404): void;
  install(companyId: string): void;
  isInstalled(companyId: string): boolean;
  revoked(companyId: string): string[];
  /** @throws Whop's 403 or 404 where the app may not. */
  check(operation: string, request: Pick<ApiRequest, "params" | "query" | "body">): void;
}

/** What creators have taken from the app. Which of the two statuses follows an uninstall is not documented: both can be had. */
export function createPermissions(world: World): Permissions {
  const revoked = new Map<string, Set<string>>();
  const uninstalled = new Map<string, 403 | 404>();

  return {
    revoke: (companyId, operation) => {
      revoked.set(companyId, (revoked.get(companyId) ?? new Set()).add(operation));
    },
    grant: (companyId, operation) => {
      revoked.get(companyId)?.delete(operation);
    },
    uninstall: (companyId, status = 403) => {
      uninstalled.set(companyId, status);
    },
    install: (companyId) => {
      uninstalled.delete(companyId);
    },
    isInstalled: (companyId) => !uninstalled.has(companyId),
    revoked: (companyId) => [...(revoked.get(companyId) ?? [])],
    check: (operation, request) => {
      if (revoked.size === 0 && uninstalled.size === 0) return;
      const companyId = companyAskedAbout(world, request);
      if (companyId === undefined) return;
      const status = uninstalled.get(companyId);
      if (status === 404) throw new ApiError(404, "not_found", "The company was not found.");
      if (status === 403) throw new ApiError(403, "forbidden", "The app is not installed in this company.");
      if (!revoked.get(companyId)?.has(operation)) return;
      throw new ApiError(403, "forbidden", `The app lacks the permission for ${operation}.`);
    },
  };
}

/** The names under which a request says what it is about. */
const ABOUT = ["company_id", "channel_id", "experience_id", "resource_id"];

function companyAskedAbout(world: World, { params, query, body }: Pick<ApiRequest, "params" | "query" | "body">) {
  const fields = typeof body === "object" && body !== null ? Object.entries(body) : [];
  const ids = [
    ...Object.values(params),
    ...ABOUT.map((name) => query.get(name)),
    ...fields.filter(([name]) => ABOUT.includes(name)).map(([, value]) => value),
  ];
  for (const id of ids) {
    const companyId = typeof id === "string" ? world.companyOf(id) : undefined;
    if (companyId !== undefined) return companyId;
  }
  return undefined;
}
