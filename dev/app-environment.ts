import type { Secrets } from "@/dev/secrets";
import { ENV_KEYS } from "@/lib/env";

export type AppAddresses = {
  appUrl: string;
  /** As the app's role. */
  databaseUrl: string;
  /** As the owner. */
  directDatabaseUrl: string;
  redisUrl: string;
  /** Where Realtime is. */
  supabaseUrl: string;
  whopBaseUrl: string;
  /** Where the page with the iframe is. */
  whopUrl: string;
  proxyUrl: string;
};

/** Keys as a Supabase project has them, signed with the same secret as members' tokens. */
export type SupabaseKeys = { anonKey: string; serviceRoleKey: string };

/** Every variable the app is told, as a person would set them; nothing else says that this is the local stack. */
export function appVariables(
  addresses: AppAddresses,
  secrets: Secrets,
  { anonKey, serviceRoleKey }: SupabaseKeys,
): Record<string, string> {
  const { appUrl, proxyUrl } = addresses;
  return {
    APP_URL: appUrl,
    // The app answers to both of the machine's names for itself.
    APP_ORIGINS: [appUrl, appUrl.replace("//localhost:", "//127.0.0.1:"), proxyUrl].join(","),
    DATABASE_URL: addresses.databaseUrl,
    DIRECT_DATABASE_URL: addresses.directDatabaseUrl,
    NEXT_PUBLIC_SUPABASE_URL: addresses.supabaseUrl,
    NEXT_PUBLIC_SUPABASE_ANON_KEY: anonKey,
    SUPABASE_SERVICE_ROLE_KEY: serviceRoleKey,
    SUPABASE_JWT_SECRET: secrets.jwtSecret,
    UPSTASH_REDIS_REST_URL: addresses.redisUrl,
    UPSTASH_REDIS_REST_TOKEN: secrets.redisToken,
    WHOP_API_KEY: secrets.whopApiKey,
    WHOP_WEBHOOK_SECRET: secrets.webhookSecret,
    WHOP_BASE_URL: addresses.whopBaseUrl,
    WHOP_BOT_USER_ID: secrets.botUserId,
    WHOP_FRAME_ANCESTORS: new URL(addresses.whopUrl).origin,
    NEXT_PUBLIC_WHOP_APP_ID: secrets.appId,
    CRON_SECRET: secrets.cronSecret,
    ENCRYPTION_KEY: secrets.encryptionKey,
    LOG_LEVEL: process.env.LOG_LEVEL || "info",
  };
}

/**
 * The environment of one of our processes. A variable of ours that is not given is set to nothing: else one that is exported in
 * this shell, or written in a `.env` file that Next reads, would mix two installations.
 */
export function processEnvironment(
  variables: Record<string, string>,
  nodeEnv: "development" | "production",
): NodeJS.ProcessEnv {
  const ours = Object.fromEntries(ENV_KEYS.map((key) => [key, variables[key] ?? ""]));
  const rest = Object.entries(process.env).filter(([name]) => !/^(PG|VERCEL|NEXT_|npm_)/.test(name) && name !== "PORT");
  return { ...Object.fromEntries(rest), ...ours, NODE_ENV: nodeEnv, NEXT_TELEMETRY_DISABLED: "1" };
}
