import type { MetadataRoute } from "next";
import { getDeps } from "@/lib/deps";

/** The address is known at run time only. */
export const dynamic = "force-dynamic";

export default function robots(): MetadataRoute.Robots {
  const { appUrl } = getDeps().env;
  return {
    rules: { userAgent: "*", allow: "/", disallow: ["/api/", "/experiences/", "/dashboard/"] },
    sitemap: `${appUrl}/sitemap.xml`,
  };
}
