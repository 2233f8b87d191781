import type { NextConfig } from "next";
import { NO_PAGE_POLICY, SECURITY_HEADERS } from "./lib/http/headers";

const asList = (headers: Record<string, string>) => Object.entries(headers).map(([key, value]) => ({ key, value }));

/** One answer may be embedded by other sites, and says so itself (app/api/rank-card). */
const { "cross-origin-resource-policy": resourcePolicy = "same-origin", ...EVERYWHERE } = SECURITY_HEADERS;
const NOT_EMBEDDED = "/((?!api/rank-card$).*)";

const config: NextConfig = {
  poweredByHeader: false,
  productionBrowserSourceMaps: false,
  reactStrictMode: true,
  // Only what is built is type-checked with the build; `npm run check` looks at everything.
  typescript: { tsconfigPath: "tsconfig.build.json" },
  // They load files or native parts at run time, or would only make the build slower.
  serverExternalPackages: ["@sentry/nextjs", "graphile-worker", "harfbuzzjs", "ioredis", "pg", "pino", "woff2-encoder"],
  // Files of the rank card that are read at run time, which no import names.
  outputFileTracingIncludes: {
    "/api/rank-card": [
      "node_modules/@fontsource-variable/noto-sans-*/unicode.json",
      "node_modules/@fontsource-variable/noto-sans-*/files/*-wght-normal.woff2",
      "node_modules/@twemoji/svg/*.svg",
      "node_modules/harfbuzzjs/dist/*",
      "node_modules/inter-ui/variable/InterVariable.woff2",
    ],
  },
  experimental: { optimizePackageImports: ["frosted-ui"] },
  async headers() {
    return [
      { source: "/:path*", headers: asList(EVERYWHERE) },
      { source: NOT_EMBEDDED, headers: asList({ "cross-origin-resource-policy": resourcePolicy }) },
      // proxy.ts gives pages their policy at run time; these never are a page.
      { source: "/_next/:path*", headers: asList({ "content-security-policy": NO_PAGE_POLICY }) },
    ];
  },
};

export default config;
