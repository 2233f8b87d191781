import { randomUUID } from "node:crypto";
import { Pool, type PoolClient } from "pg";
import type { Claims } from "@/dev/realtime/tokens";

const DENIED = "42501"; // insufficient_privilege: row level security said no

export type Permissions = {
  mayHear(claims: Claims, topic: string): Promise<boolean>;
  maySay(claims: Claims, topic: string): Promise<boolean>;
  close(): Promise<void>;
};

/**
 * Asks row level security on `realtime.messages` as Supabase does: with the token's role and claims, on a row that is rolled
 * back.
 * @param ownerUrl of a role that may become `anon`, `authenticated` and `service_role`.
 */
export function createPermissions(ownerUrl: string): Permissions {
  const pool = new Pool({ connectionString: ownerUrl, application_name: "wee5-realtime", max: 4 });
  // The question under way fails by itself; unheard these would end the process.
  pool.on("error", () => undefined);
  pool.on("connect", (client) => client.on("error", () => undefined));

  async function undone<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    const client = await pool.connect();
    let broken = true;
    try {
      await client.query("begin");
      const result = await work(client);
      await client.query("rollback");
      broken = false;
      return result;
    } finally {
      client.release(broken);
    }
  }

  return {
    mayHear: (claims, topic) =>
      undone(async (client) => {
        const id = randomUUID();
        await insertMessage(client, id, topic);
        await become(client, claims, topic);
        const { rowCount } = await client.query("select from realtime.messages where id = $1", [id]);
        return rowCount === 1;
      }),
    maySay: (claims, topic) =>
      undone(async (client) => {
        await become(client, claims, topic);
        try {
          await insertMessage(client, randomUUID(), topic);
          return true;
        } catch (error) {
          if (error instanceof Error && "code" in error && error.code === DENIED) return false;
          throw error;
        }
      }),
    close: () => pool.end(),
  };
}

async function insertMessage(client: PoolClient, id: string, topic: string): Promise<void> {
  const statement = "insert into realtime.messages (id, topic, extension, private) values ($1, $2, 'broadcast', true)";
  await client.query(statement, [id, topic]);
}

async function become(client: PoolClient, claims: Claims, topic: string): Promise<void> {
  await client.query(
    `select set_config('realtime.topic', $1, true), set_config('request.jwt.claims', $2, true),
      set_config('request.jwt.claim.role', $3, true), set_config('role', $3, true)`,
    [topic, JSON.stringify(claims), claims.role],
  );
}
