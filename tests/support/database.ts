import { randomBytes } from "node:crypto";
import type { Kysely } from "kysely";
import { Client } from "pg";
import { createDatabase, type DatabaseOptions } from "@/lib/db/database";
import { asApp, TEMPLATE, theCluster, withDatabase } from "@/tests/support/cluster";
import type { DB } from "@/types/database";

export type TestDatabase = {
  ownerUrl: string;
  appUrl: string;
  /** As the application connects: role `wee5_app`, row level security applies. */
  db: Kysely<DB>;
  /** As the owner, past row level security: for arranging and inspecting. */
  owner: Kysely<DB>;
  drop(): Promise<void>;
};

/** A fresh, migrated, empty database of one's own, cloned in some 50 ms. */
export async function aDatabase(options: DatabaseOptions = {}): Promise<TestDatabase> {
  const cluster = theCluster();
  const name = `test_${randomBytes(8).toString("hex")}`;
  await asOwner(cluster.ownerUrl, `create database ${name} template ${TEMPLATE}`);
  const ownerUrl = withDatabase(cluster.ownerUrl, name);
  const appUrl = asApp(ownerUrl, cluster.appPassword);
  const db = createDatabase(appUrl, { max: 10, ...options });
  const owner = createDatabase(ownerUrl, { max: 3 });
  return {
    ownerUrl,
    appUrl,
    db,
    owner,
    async drop() {
      await Promise.all([db.destroy(), owner.destroy()]);
      await asOwner(cluster.ownerUrl, `drop database if exists ${name} with (force)`);
    },
  };
}

/** One database for the tests of a file: made before the first, dropped after the last. Read its fields inside of tests. */
export function useDatabase(options: DatabaseOptions = {}): Omit<TestDatabase, "drop"> {
  let made: TestDatabase | undefined;
  const current = () => {
    if (!made) throw new Error("The database exists only while tests run: read its fields inside of a test or a hook.");
    return made;
  };
  beforeAll(async () => {
    made = await aDatabase(options);
  });
  afterAll(() => made?.drop());
  return {
    get ownerUrl() {
      return current().ownerUrl;
    },
    get appUrl() {
      return current().appUrl;
    },
    get db() {
      return current().db;
    },
    get owner() {
      return current().owner;
    },
  };
}

async function asOwner(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}
