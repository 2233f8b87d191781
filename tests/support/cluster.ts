/** What global-setup tells the test files about the servers it started, by environment variables that workers inherit. */
export type Cluster = {
  /** Owner's connection string to the database `postgres`. */
  ownerUrl: string;
  appPassword: string;
  /** A real Redis server, when the machine has one. */
  redisUrl?: string;
};

export const TEMPLATE = "wee5_template";

export function announceCluster(cluster: Cluster): void {
  process.env.WEE5_TEST_OWNER_URL = cluster.ownerUrl;
  process.env.WEE5_TEST_APP_PASSWORD = cluster.appPassword;
  if (cluster.redisUrl) process.env.WEE5_TEST_REDIS_URL = cluster.redisUrl;
}

export function theCluster(): Cluster {
  const ownerUrl = process.env.WEE5_TEST_OWNER_URL;
  const appPassword = process.env.WEE5_TEST_APP_PASSWORD;
  if (!ownerUrl || !appPassword) throw new Error("No test servers: only the integration project starts them.");
  return { ownerUrl, appPassword, redisUrl: process.env.WEE5_TEST_REDIS_URL };
}

/** The same server, another database. */
export function withDatabase(url: string, database: string): string {
  const changed = new URL(url);
  changed.pathname = `/${database}`;
  return changed.href;
}

/** The same server and database, as the application's role. */
export function asApp(url: string, password: string): string {
  const changed = new URL(url);
  changed.username = "wee5_app";
  changed.password = encodeURIComponent(password);
  return changed.href;
}
