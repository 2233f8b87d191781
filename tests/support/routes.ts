import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { Handler } from "@/lib/http/route";

const METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"] as const;

export interface RouteFile {
  /** As Next names it: `/api/xp`, `/api/[[...path]]`. */
  path: string;
  handlers: Partial<Record<(typeof METHODS)[number], (request: Request) => Promise<Response>>>;
  /** The handlers that the file declares itself, each with its `meta`; the rest only say 405, HEAD or OPTIONS. */
  declared: Record<string, Handler>;
}

/** Every route of the app as it stands on disk, so that a new one is found without being told. */
export async function allRoutes(): Promise<RouteFile[]> {
  const files = readdirSync(join(process.cwd(), "app"), { recursive: true, encoding: "utf8" })
    .filter((file) => /(^|\/)route\.ts$/.test(file))
    .sort();
  return Promise.all(files.map(readRoute));
}

async function readRoute(file: string): Promise<RouteFile> {
  const handlers: RouteFile["handlers"] = await import(join(process.cwd(), "app", file));
  const declared = Object.entries(handlers).filter(
    (entry): entry is [string, Handler] => typeof entry[1] === "function" && "meta" in entry[1],
  );
  return { path: `/${file.replace(/\/?route\.ts$/, "")}`, handlers, declared: Object.fromEntries(declared) };
}

/** The route that answers an address, as Next chooses: plain names before `[one]` before `[...many]` before `[[...any]]`. */
export function routeFor(routes: readonly RouteFile[], pathname: string): RouteFile | undefined {
  return routes
    .filter(({ path }) => patternOf(path).test(pathname))
    .sort((a, b) => weightOf(a.path).localeCompare(weightOf(b.path)))[0];
}

function patternOf(path: string): RegExp {
  const parts = path
    .split("/")
    .slice(1)
    .map((part) => {
      if (part.startsWith("[[...")) return "(/.+)?";
      if (part.startsWith("[...")) return "/.+";
      return part.startsWith("[") ? "/[^/]+" : `/${part.replace(/[.*+?^${}()|[\]\\]/g, "\\$&")}`;
    });
  return new RegExp(`^${parts.join("")}/?$`);
}

function weightOf(path: string): string {
  const weight = (part: string) =>
    part.startsWith("[[...") ? "4" : part.startsWith("[...") ? "3" : part.startsWith("[") ? "2" : "1";
  return path.split("/").slice(1).map(weight).join("");
}
