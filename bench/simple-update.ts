import { randomInt } from "node:crypto";
import { sql } from "kysely";
import { Client } from "pg";
import type { BenchDatabase } from "@/bench/databases";

/** As many as `middle` has members. */
const ACCOUNTS = 100_000;

/** pgbench's own script of that name. */
export const SIMPLE_UPDATE = `
\\set aid random(1, ${ACCOUNTS})
\\set tid random(1, 10)
\\set delta random(-5000, 5000)
begin;
update pgbench_accounts set abalance = abalance + :delta where aid = :aid;
select abalance from pgbench_accounts where aid = :aid;
insert into pgbench_history (tid, bid, aid, delta, mtime) values (:tid, 1, :aid, :delta, current_timestamp);
end;
`;

/** pgbench's tables at scale 1, as `pgbench -i` makes them. */
export async function createAccounts({ ownerUrl }: BenchDatabase): Promise<void> {
  const owner = new Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query(
      "create table pgbench_history (tid int, bid int, aid int, delta int, mtime timestamp, filler char(22))",
    );
    await owner.query("create table pgbench_accounts (aid int not null, bid int, abalance int, filler char(84))");
    await owner.query(`insert into pgbench_accounts select n, 1, 0, '' from generate_series(1, ${ACCOUNTS}) n`);
    await owner.query("alter table pgbench_accounts add primary key (aid)");
    await owner.query("grant select, insert, update on pgbench_accounts, pgbench_history to wee5_app");
    await owner.query("vacuum (analyze, freeze) pgbench_accounts");
  } finally {
    await owner.end();
  }
}

/** The same transaction by the application's driver. */
export async function updateSimply({ db }: BenchDatabase): Promise<number> {
  const [aid, delta] = [1 + randomInt(ACCOUNTS), randomInt(-5_000, 5_001)];
  await db.transaction().execute(async (trx) => {
    await sql`update pgbench_accounts set abalance = abalance + ${delta} where aid = ${aid}`.execute(trx);
    await sql`select abalance from pgbench_accounts where aid = ${aid}`.execute(trx);
    await sql`insert into pgbench_history (tid, bid, aid, delta, mtime)
      values (${1 + randomInt(10)}, 1, ${aid}, ${delta}, current_timestamp)`.execute(trx);
  });
  return 1;
}
