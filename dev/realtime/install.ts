import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";

/**
 * Stands in for what Supabase keeps in the schema `realtime`. To be run before `migrate`, which then adds our policies.
 * Repeating it is harmless.
 * @param ownerUrl a direct connection as the owner.
 */
export async function installRealtime(ownerUrl: string): Promise<void> {
  const text = await readFile(join(process.cwd(), "dev", "realtime", "install.sql"), "utf8");
  const client = new Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}
