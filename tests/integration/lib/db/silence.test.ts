import { sql } from "kysely";
import { startChaosProxy } from "@/dev/chaos-proxy";
import { createDatabase } from "@/lib/db/database";
import { theCluster } from "@/tests/support/cluster";

const CONNECTIONS = 6;
const LIMIT_MS = 1_000;

test("when all connections are lost without a word, one query waits for nothing, and the next one works", async () => {
  const url = new URL(theCluster().ownerUrl);
  const proxy = await startChaosProxy(Number(url.port));
  url.port = String(proxy.port);
  const db = createDatabase(url.href, { max: CONNECTIONS, statementTimeoutMs: LIMIT_MS });
  const ask = () => sql<{ one: number }>`select 1 as one from pg_sleep(0.1)`.execute(db);
  try {
    await Promise.all(Array.from({ length: CONNECTIONS }, ask));
    expect(proxy.connections()).toBe(CONNECTIONS);
    proxy.become("half-open");
    proxy.become("clear");

    await expect(ask()).rejects.toThrow("Query read timeout");
    for (let index = 0; index < CONNECTIONS; index++) expect((await ask()).rows).toEqual([{ one: 1 }]);
  } finally {
    await db.destroy();
    await proxy.stop();
  }
});
