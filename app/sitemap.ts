import type { MetadataRoute } from "next";
import { getDeps } from "@/lib/deps";

/** The address is known at run time only. */
export const dynamic = "force-dynamic";

/** The pages for everybody. /discover shows the same as the start page. */
export default function sitemap(): MetadataRoute.Sitemap {
  const { appUrl } = getDeps().env;
  return ["/", "/terms", "/privacy"].map((path) => ({ url: new URL(path, appUrl).href }));
}
