import type { NextConfig } from "next";
import { NO_PAGE_POLICY, SECURITY_HEADERS } from "./lib/http/headers";

const asList = (headers: Record<string, string>) => Object.entries(headers).map(([key, value]) => ({ key, value }));

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // Only what is built is type-checked with the build; `npm run check` looks at everything.
  typescript: { tsconfigPath: "tsconfig.build.json" },
  // They load files or native parts at run time, or would only make the build slower.
  serverExternalPackages: ["@sentry/nextjs", "graphile-worker", "ioredis", "pg", "pino"],
  experimental: { optimizePackageImports: ["frosted-ui"] },
  async headers() {
    return [
      { source: "/:path*", headers: asList(SECURITY_HEADERS) },
      // proxy.ts gives pages their policy at run time; these never are a page.
      { source: "/_next/:path*", headers: asList({ "content-security-policy": NO_PAGE_POLICY }) },
    ];
  },
};

export default config;
