/** Headers of an answer, as names and values that Next, a Response and Node's http all take. */
export type HeaderList = Record<string, string>;

const TWO_YEARS_IN_SECONDS = 63_072_000;

/**
 * On every answer. No X-Frame-Options: it cannot name Whop's two hosts, `frame-ancestors` can.
 * Whop's proxy adds the reader's token to requests that other sites cause, so nothing may be embedded by them (CORP),
 * and COOP keeps the pop-ups of a checkout working.
 */
export const SECURITY_HEADERS: HeaderList = {
  "strict-transport-security": `max-age=${TWO_YEARS_IN_SECONDS}; includeSubDomains`,
  "x-content-type-options": "nosniff",
  "referrer-policy": "strict-origin-when-cross-origin",
  "permissions-policy":
    "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=()",
  "cross-origin-opener-policy": "same-origin-allow-popups",
  "cross-origin-resource-policy": "same-origin",
};

/** For what is never a page: data and static files do nothing and stand in no frame, also when opened directly. */
export const NO_PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** On every answer of the HTTP API. */
export const API_HEADERS: HeaderList = {
  ...SECURITY_HEADERS,
  "cache-control": "no-store",
  "content-security-policy": NO_PAGE_POLICY,
};

export interface PagePolicy {
  nonce: string;
  /** Origins that may show the page in a frame. */
  frameAncestors: readonly string[];
  /** Other origins that the page's scripts may call. */
  connect: readonly string[];
  /** Origins of pictures that are not served over https: Whop's pictures come from several hosts of its own. */
  images: readonly string[];
  /** True where the app is reached by https. */
  secure: boolean;
  /** Next's development server evaluates code; nothing else may. */
  development: boolean;
}

/** The Content-Security-Policy of a page. Style attributes come with frosted-ui, hence 'unsafe-inline' for styles only. */
export function pagePolicy(policy: PagePolicy): string {
  const directives = [
    "default-src 'self'",
    `script-src 'self' 'nonce-${policy.nonce}' 'strict-dynamic'${policy.development ? " 'unsafe-eval'" : ""}`,
    "style-src 'self' 'unsafe-inline'",
    ["img-src 'self' data: blob: https:", ...policy.images].join(" "),
    "font-src 'self' data:",
    ["connect-src 'self'", ...policy.connect].join(" "),
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    `frame-ancestors ${policy.frameAncestors.length > 0 ? policy.frameAncestors.join(" ") : "'none'"}`,
  ];
  if (policy.secure) directives.push("upgrade-insecure-requests");
  return directives.join("; ");
}
