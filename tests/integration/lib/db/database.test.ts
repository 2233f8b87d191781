import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "kysely";
import { type Postgres, startPostgres } from "@/dev/postgres";
import { createDatabase, inCommunity } from "@/lib/db/database";
import { isUnavailable } from "@/lib/db/unavailable";
import { useDatabase } from "@/tests/support/database";

async function failureOf(work: Promise<unknown>): Promise<unknown> {
  const outcome = await work.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (outcome === undefined) throw new Error("It did not fail.");
  return outcome;
}

describe("values", () => {
  const database = useDatabase();

  test("a bigint is a number, exactly, or an error", async () => {
    const { rows } = await sql`select 9007199254740991::int8 as most, array[1, null, -5]::int8[] as several`.execute(
      database.db,
    );
    expect(rows).toEqual([{ most: Number.MAX_SAFE_INTEGER, several: [1, null, -5] }]);
    await expect(sql`select 9007199254740993::int8`.execute(database.db)).rejects.toThrow("not a safe integer");
    await expect(sql`select array[9007199254740993]`.execute(database.db)).rejects.toThrow("not a safe integer");
    await expect(sql`select 1 as fine`.execute(database.db)).resolves.toMatchObject({ rows: [{ fine: 1 }] });
  });

  test("a day stays a day in every time zone, a moment is a Date", async () => {
    const { rows } = await sql`
      select date '2026-03-29' as day, array[date '2026-10-25'] as days, timestamptz '2026-03-29T01:30:00+01:00' as moment
    `.execute(database.db);
    expect(rows).toEqual([{ day: "2026-03-29", days: ["2026-10-25"], moment: new Date("2026-03-29T00:30:00Z") }]);
  });
});

describe("the community of a transaction", () => {
  const database = useDatabase();
  const setting = sql<{ id: string | null }>`select nullif(current_setting('wee5.community_id', true), '') as id`;

  test("is set inside and gone after, also when the work fails", async () => {
    const one = createDatabase(database.appUrl, { max: 1 });
    try {
      const inside = await inCommunity(one, "biz_a", async (trx) => (await setting.execute(trx)).rows[0]?.id);
      expect(inside).toBe("biz_a");
      expect((await setting.execute(one)).rows[0]?.id).toBeNull();
      const broken = inCommunity(one, "biz_b", async (trx) => sql`select 1 / 0`.execute(trx));
      await expect(broken).rejects.toThrow("division by zero");
      expect((await setting.execute(one)).rows[0]?.id).toBeNull();
    } finally {
      await one.destroy();
    }
  });

  test("cannot be left by a community id that looks like SQL", async () => {
    const hostile = "biz_a', true); set role postgres; --";
    const inside = await inCommunity(database.db, hostile, async (trx) => (await setting.execute(trx)).rows[0]?.id);
    expect(inside).toBe(hostile);
  });
});

describe("a database that is away", () => {
  let postgres: Postgres;
  beforeAll(async () => {
    postgres = await startPostgres({ durable: false, settings: { max_connections: "8" } });
  });
  afterAll(() => postgres.stop());

  test("killed in the middle of queries, idle and busy connections alike fail as unavailable and later ones work", async () => {
    const reasons: string[] = [];
    const db = createDatabase(postgres.url(), { max: 4, onPoolError: (error) => reasons.push(error.message) });
    try {
      await Promise.all([1, 2, 3, 4].map(() => sql`select pg_sleep(0.05)`.execute(db)));
      const inTransaction = failureOf(
        db.transaction().execute(async (trx) => {
          await sql`select 1`.execute(trx);
          await sleep(200); // checked out, and not listening to a query, when the server dies
          return sql`select 1`.execute(trx);
        }),
      );
      const busy = failureOf(sql`select pg_sleep(5)`.execute(db));
      await sleep(50);
      await postgres.kill();
      expect(isUnavailable(await busy)).toBe(true);
      expect(isUnavailable(await inTransaction)).toBe(true);
      expect(isUnavailable(await failureOf(sql`select 1`.execute(db)))).toBe(true);
      expect(reasons.length).toBeGreaterThan(0);

      await postgres.restart();
      await expect(sql`select 1 as back`.execute(db)).resolves.toMatchObject({ rows: [{ back: 1 }] });
    } finally {
      await db.destroy();
    }
  });

  test("an administrator's disconnect, a full server and a pool that is closed are unavailable", async () => {
    const db = createDatabase(postgres.url(), { max: 1 });
    const other = createDatabase(postgres.url(), { max: 1 });
    const crowd = createDatabase(postgres.url(), { max: 20 });
    try {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      const ended = failureOf(sql`select pg_sleep(5)`.execute(db));
      await sleep(50);
      await sql`select pg_terminate_backend(${rows[0]?.pid})`.execute(other);
      expect(await ended).toMatchObject({ code: "57P01" });
      expect(isUnavailable(await ended)).toBe(true);

      const many = await Promise.allSettled(Array.from({ length: 20 }, () => sql`select pg_sleep(0.3)`.execute(crowd)));
      const refused = many.flatMap((one) => (one.status === "rejected" ? [one.reason] : []));
      expect(refused.length).toBeGreaterThan(0);
      expect(refused.every(isUnavailable)).toBe(true);
    } finally {
      await Promise.all([db.destroy(), other.destroy(), crowd.destroy()]);
    }
    const closed = createDatabase(postgres.url());
    await sql`select 1`.execute(closed);
    await closed.destroy();
    await expect(sql`select 1`.execute(closed)).rejects.toThrow("destroyed");
  });

  test("a frozen server costs one waiting time, and its connection is not used again", async () => {
    const db = createDatabase(postgres.url(), { max: 1, statementTimeoutMs: 2_000, connectTimeoutMs: 2_000 });
    try {
      const { rows } = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      const backend = rows[0]?.pid ?? 0;
      try {
        let started = 0;
        const failure = await failureOf(
          db.transaction().execute(async (trx) => {
            process.kill(backend, "SIGSTOP");
            started = Date.now();
            return sql`select 1`.execute(trx); // the rollback that follows must not wait again
          }),
        );
        expect(isUnavailable(failure)).toBe(true);
        expect(Date.now() - started).toBeLessThan(3_900);
        const next = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
        expect(next.rows[0]?.pid).not.toBe(backend);
      } finally {
        process.kill(backend, "SIGCONT");
      }
    } finally {
      await db.destroy();
    }
  });

  test("when all connections are taken, waiting ends as unavailable", async () => {
    const db = createDatabase(postgres.url(), { max: 1, connectTimeoutMs: 100 });
    try {
      const long = sql`select pg_sleep(0.5)`.execute(db);
      expect(isUnavailable(await failureOf(sql`select 1`.execute(db)))).toBe(true);
      await long;
    } finally {
      await db.destroy();
    }
  });
});

describe("what is not an outage", () => {
  const database = useDatabase();

  test.each([
    ["a mistake in SQL", sql`select nothing`],
    ["a broken rule", sql`select 1 / 0`],
    ["a denied table", sql`select * from pg_authid`],
  ])("%s", async (_, query) => {
    expect(isUnavailable(await failureOf(query.execute(database.db)))).toBe(false);
  });

  test("the server's own time limit is, and its connection stays good", async () => {
    const db = createDatabase(database.appUrl, { max: 1 });
    try {
      const before = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      await sql`set statement_timeout = 50`.execute(db);
      const failure = await failureOf(sql`select pg_sleep(2)`.execute(db));
      expect(isUnavailable(failure)).toBe(true);
      const after = await sql<{ pid: number }>`select pg_backend_pid() as pid`.execute(db);
      expect(after.rows).toEqual(before.rows);
    } finally {
      await db.destroy();
    }
  });
});
