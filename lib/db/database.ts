import {
  Kysely,
  PostgresDialect,
  type PostgresPool,
  type PostgresPoolClient,
  type PostgresQueryResult,
  sql,
  type Transaction,
} from "kysely";
import { Pool, type PoolClient } from "pg";
import { isConnectionLost, isSilence } from "@/lib/db/unavailable";
import { valueTypes } from "@/lib/db/value-types";
import type { DB } from "@/types/database";

export type DatabaseOptions = {
  /** Connections at most; queries beyond wait. Default 10. */
  max?: number;
  /**
   * How long we wait for an answer; the connection is then given up. Default 16,000: just above the limit that the server
   * itself holds the role to, so that the server normally speaks first.
   */
  statementTimeoutMs?: number;
  /** How long to wait for a connection, new or shared. Default 3,000. */
  connectTimeoutMs?: number;
  log?: { warn(fields: object, message: string): void };
  onPoolError?: (error: Error) => void;
};

/**
 * Typed queries over a pool of connections that survives the server's death: the queries under way fail, later ones connect
 * anew. Uses no named prepared statement and no start-up option, so that a pooler in transaction mode may be between;
 * the server's own time limits belong to the role. `db.destroy()` closes it.
 */
export function createDatabase(url: string, options: DatabaseOptions = {}): Kysely<DB> {
  const pool = new Pool({
    connectionString: url,
    application_name: "wee5",
    max: options.max ?? 10,
    connectionTimeoutMillis: options.connectTimeoutMs ?? 3_000,
    query_timeout: options.statementTimeoutMs ?? 16_000,
    idleTimeoutMillis: 30_000,
    maxLifetimeSeconds: 600,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
    types: valueTypes,
  });
  const report = (error: Error) => {
    options.log?.warn({ reason: error.message }, "a database connection broke");
    options.onPoolError?.(error);
  };
  // Both are needed: the pool hears only of idle clients, and an unheard error ends the process.
  pool.on("error", report);
  pool.on("connect", (client) => client.on("error", report));
  return new Kysely<DB>({ dialect: new PostgresDialect({ pool: withoutBroken(pool) }) });
}

type Work<T> = (trx: Transaction<DB>) => Promise<T>;

/**
 * One transaction that row level security confines to one community.
 * @param communityId as in `communities.community_id`.
 */
export function inCommunity<T>(db: Kysely<DB>, communityId: string, work: Work<T>): Promise<T> {
  return db.transaction().execute((trx) => confined(trx, communityId, work));
}

/** `inCommunity` for several reads that must see the same moment. */
export function inSnapshot<T>(db: Kysely<DB>, communityId: string, work: Work<T>): Promise<T> {
  const transaction = db.transaction().setIsolationLevel("repeatable read").setAccessMode("read only");
  return transaction.execute((trx) => confined(trx, communityId, work));
}

async function confined<T>(trx: Transaction<DB>, communityId: string, work: Work<T>): Promise<T> {
  await sql`select set_config('wee5.community_id', ${communityId}, true)`.execute(trx);
  return work(trx);
}

/**
 * A client that failed us is thrown away. node-postgres would lend it again, still waiting for its lost answer. When one met
 * silence, so are those of which nothing has been heard since: a network that lost one connection has often lost them all, and
 * each would cost somebody the whole time limit.
 */
function withoutBroken(pool: Pool): PostgresPool {
  const heardAtMs = new WeakMap<PoolClient, number>();
  let silentSinceMs = 0;
  pool.on("connect", (client) => heardAtMs.set(client, performance.now()));

  async function connect(): Promise<PoolClient> {
    for (;;) {
      const client = await pool.connect();
      if ((heardAtMs.get(client) ?? 0) >= silentSinceMs) return client;
      client.release(true);
    }
  }

  return {
    end: () => pool.end(),
    async connect() {
      const client = await connect();
      let broken: unknown;
      async function query<R>(text: string, values: readonly unknown[]) {
        if (broken) throw broken;
        const sentAtMs = performance.now();
        try {
          const result = await client.query(text, [...values]);
          heardAtMs.set(client, performance.now());
          return result as unknown as PostgresQueryResult<R>; // the same shape, declared with other names
        } catch (error) {
          if (isConnectionLost(error)) broken = error;
          if (isSilence(error)) silentSinceMs = Math.max(silentSinceMs, sentAtMs);
          throw error;
        }
      }
      // Kysely also declares cursors, which we never open.
      return { query: query as PostgresPoolClient["query"], release: () => client.release(broken !== undefined) };
    },
  };
}
