import { type Kysely, sql, type Transaction } from "kysely";
import { inCommunity } from "@/lib/db/database";
import { sqlState } from "@/lib/errors";
import { changeSettings } from "@/services/communities/change-settings";
import { findSettings } from "@/services/communities/find-settings";
import { awardActivities } from "@/services/xp/award-activity";
import { removeActivity } from "@/services/xp/remove-activity";
import { aCommunity, aMessage, anAdjustment } from "@/tests/support/community";
import { aDatabase, type TestDatabase } from "@/tests/support/database";
import { redisAway } from "@/tests/support/redis-away";
import type { DB } from "@/types/database";

/** What the application's role may do with each table, itself. Whatever else it does, it does through functions. */
const TABLES: Record<string, { app: readonly string[]; tenant: "community_id" | null }> = {
  activity_identities: { app: ["select"], tenant: "community_id" },
  activity_log: { app: ["select"], tenant: "community_id" },
  audit_log: { app: ["select"], tenant: "community_id" },
  back_fill_items: { app: ["select"], tenant: "community_id" },
  back_fill_places: { app: ["select"], tenant: "community_id" },
  back_fills: { app: ["select"], tenant: "community_id" },
  communities: { app: ["select"], tenant: "community_id" },
  corrections: { app: ["select"], tenant: "community_id" },
  daily_rollups: { app: ["select"], tenant: "community_id" },
  experiences: { app: ["select"], tenant: "community_id" },
  ignored_events: { app: [], tenant: null },
  level_curves: { app: ["select"], tenant: "community_id" },
  level_ranks: { app: ["select"], tenant: "community_id" },
  member_actions: { app: ["select"], tenant: "community_id" },
  member_roles: { app: ["select"], tenant: "community_id" },
  membership_events: { app: ["select"], tenant: "community_id" },
  notification_preferences: { app: ["insert", "select", "update"], tenant: "community_id" },
  notification_settings: { app: ["select"], tenant: "community_id" },
  notifications: { app: ["select"], tenant: "community_id" },
  opening_balances: { app: ["select"], tenant: "community_id" },
  opening_days: { app: ["select"], tenant: "community_id" },
  period_rollups: { app: ["select"], tenant: "community_id" },
  profiles: { app: ["delete", "insert", "select", "update"], tenant: "community_id" },
  reward_differences: { app: ["select"], tenant: "community_id" },
  reward_rules: { app: ["select"], tenant: "community_id" },
  rewards: { app: ["select"], tenant: "community_id" },
  settings_versions: { app: ["select"], tenant: "community_id" },
  sync_communities: { app: ["select"], tenant: "community_id" },
  sync_features: { app: ["insert", "select", "update"], tenant: "community_id" },
  sync_items: { app: ["delete", "insert", "select", "update"], tenant: "community_id" },
  sync_places: { app: ["delete", "insert", "select", "update"], tenant: "community_id" },
  told_levels: { app: ["select"], tenant: "community_id" },
  users: {
    app: [
      "select",
      ...["community_id", "user_id", "visibility", "visibility_changed_at"].map((column) => `insert (${column})`),
      ...["updated_at", "visibility", "visibility_changed_at"].map((column) => `update (${column})`),
    ],
    tenant: "community_id",
  },
  whop_pauses: { app: [], tenant: null },
  worker_heartbeats: { app: [], tenant: null },
};

/** Functions that pass by row level security and know no community. Each says why it may. */
const WITHOUT_COMMUNITY: Record<string, string> = {
  claim_back_fills: "the worker goes on with back-fills of every community; answers ids",
  claim_notifications: "the worker has messages to send in every community; answers ids",
  claim_rewards: "the worker has rewards to send in every community; answers ids",
  claim_sync: "the worker reads every community from Whop; answers ids",
  count_ignored_event: "counts by day and event; no member and no community in it",
  drop_closed_partitions: "drops empty months that are out of the retention for everybody",
  ensure_partitions: "makes months for everybody",
  failed_job_count: "one number about the job queue",
  forget_awaited_removals: "forgets what nobody can use any more",
  forget_notifications: "deletes old messages of everybody; answers a number",
  forget_sync: "forgets what had been read of communities long gone; answers a number",
  list_communities_to_compare: "a run over every community; ids only",
  list_communities_to_settle: "the worker has resets that are due in every community; ids only",
  list_community_ids: "the worker has work in every community; ids only",
  pause_whop: "an operation of Whop's, for all communities",
  queue_age_seconds: "one number about the job queue",
  recover_dead_jobs: "gives dead workers' jobs back to the queue; tells their numbers and kinds only",
  resolve_experience: "asked before the community is known; answers an id",
  sync_health: "numbers about all communities together",
  whop_pause_seconds: "an operation of Whop's, for all communities",
};

const DENIED = "42501";
const CLIENTS = ["anon", "authenticated"] as const;
let database: TestDatabase;
let own: string;
let other: string;

beforeAll(async () => {
  database = await aDatabase();
  own = await aFullCommunity();
  other = await aFullCommunity();
  await sql`select count_ignored_event('some.event')`.execute(database.db);
});
afterAll(() => database.drop());

/** A community with at least one row in every table. */
async function aFullCommunity(): Promise<string> {
  const communityId = await aCommunity(database);
  const messages = [aMessage(), aMessage()];
  await awardActivities(database, communityId, [...messages, anAdjustment(1_000)]);
  await removeActivity({ db: database.db, redis: redisAway }, communityId, messages[0]?.activityId ?? "");
  await inCommunity(database.db, communityId, (trx) =>
    sql`select set_member_role(${communityId}, ${messages[0]?.userId}, 'moderator', now())`.execute(trx),
  );
  const { settings } = await findSettings(database, communityId);
  await changeSettings(database, communityId, { settings, by: "user_owner" });
  await inCommunity(database.db, communityId, (trx) =>
    sql`select remember_experience(${communityId}, '', ${`exp_${communityId}`}, 'General')`.execute(trx),
  );
  await sql`
    with back_fill as (insert into back_fills (community_id, since, started_by) values (${communityId}, now(), 'user_owner')
        returning community_id),
      place as (insert into back_fill_places (community_id, place_id, kind, experience_id)
        select community_id, 'feed_x', 'chat', 'exp_x' from back_fill)
    insert into back_fill_items (community_id, activity_id, user_id, action, occurred_at)
    select community_id, 'message:x', 'user_x', 'message', now() from back_fill`.execute(database.owner);
  await sql`
    with synced as (insert into sync_communities (community_id, counts_from) values (${communityId}, now()) returning community_id),
      feature as (insert into sync_features (community_id, feature) select community_id, 'chat' from synced),
      place as (insert into sync_places (community_id, place_id, feature, experience_id)
        select community_id, 'feed_x', 'chat', 'exp_x' from synced)
    insert into sync_items (community_id, kind, item_id, place_id, occurred_at)
    select community_id, 'message', 'x', 'feed_x', now() from synced`.execute(database.owner);
  await sql`
    with member as (select community_id, user_id from users where community_id = ${communityId} limit 1),
      balance as (
        insert into opening_balances (community_id, user_id, closed_before, xp, total_messages, total_posts, total_reactions)
        select community_id, user_id, 'epoch', 0, 0, 0, 0 from member),
      difference as (insert into reward_differences (community_id, kind, subject, severity, first_seen_at)
        select community_id, 'promo_unknown', 'promo_x', 'warning', now() from member),
      coming as (insert into membership_events (community_id, user_id, event_id, kind, occurred_at, source)
        select community_id, user_id, 'e1', 'joined', now(), 'webhook' from member),
      choice as (insert into notification_preferences (community_id, user_id) select community_id, user_id from member),
      message as (insert into notifications (community_id, user_id, about, channel, dedupe_key)
        select community_id, user_id, 'command', 'reply', 'command:x' from member),
      profile as (insert into profiles (community_id, user_id, fetched_at) select community_id, user_id, now() from member)
    insert into opening_days (community_id, user_id, day, action, activities, paid, xp)
    select community_id, user_id, '2000-01-01', 'message', 0, 0, 0 from member`.execute(database.owner);
  return communityId;
}

/** What a statement comes to for one role, then undone: the rows it touched, or the SQLSTATE that refused it. */
async function attempt(role: string, setting: string | null, statement: string): Promise<number | string> {
  const undo = new Error("undone");
  let outcome: number | string = "nothing";
  try {
    await database.owner.transaction().execute(async (trx) => {
      await sql.raw(`set local role ${role}`).execute(trx);
      if (setting !== null) await sql`select set_config('wee5.community_id', ${setting}, true)`.execute(trx);
      outcome = await touched(trx, statement);
      throw undo;
    });
  } catch (error) {
    if (error === undo) return outcome;
    return sqlState(error) ?? String(error);
  }
  return outcome;
}

async function touched(trx: Transaction<DB>, statement: string): Promise<number> {
  const result = await sql.raw(statement).execute(trx);
  return Number(result.numAffectedRows ?? result.rows.length);
}

async function communitiesSeen(db: Kysely<DB>, table: string): Promise<string[]> {
  const { rows } = await sql<{
    id: string;
  }>`select distinct community_id as id from ${sql.table(table)} order by 1`.execute(db);
  return rows.map(({ id }) => id);
}

/** A column that can be written, and is not granted by itself where others are. */
async function someColumn(table: string): Promise<string> {
  const { rows } = await sql<{ name: string }>`
    select quote_ident(attname) as name from pg_attribute
    where attrelid = ${`public.${table}`}::regclass and attnum > 0 and attgenerated = '' order by attacl is not null, attnum limit 1`.execute(
    database.owner,
  );
  return rows[0]?.name ?? "";
}

test("every table of ours stands in this file's list, and none other", async () => {
  const { rows } = await sql<{ name: string; secured: boolean }>`
    select c.relname as name, c.relrowsecurity as secured from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    order by c.relname collate "C"`.execute(database.owner);
  expect(rows.map(({ name }) => name)).toEqual(Object.keys(TABLES));
});

test("row level security is on for every table and every partition", async () => {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relrowsecurity`.execute(
    database.owner,
  );
  expect(rows).toEqual([]);
});

test("nobody but the owner has a right on a table that is not in the list", async () => {
  const { rows } = await sql<{ table: string; grantee: string; right: string }>`
    select c.relname as table, x.grantee::regrole::text as grantee, lower(x.privilege_type) as right
    from pg_class c cross join aclexplode(c.relacl) x
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p', 'v', 'm', 'S') and x.grantee <> c.relowner
    union all
    select c.relname, x.grantee::regrole::text, format('%s (%s)', lower(x.privilege_type), a.attname)
    from pg_class c join pg_attribute a on a.attrelid = c.oid cross join aclexplode(a.attacl) x
    where c.relnamespace = 'public'::regnamespace and x.grantee <> c.relowner`.execute(database.owner);
  const granted = rows.map(({ table, grantee, right }) => `${grantee}: ${right} on ${table}`).sort();
  const listed = Object.entries(TABLES).flatMap(([table, { app }]) =>
    app.map((right) => `wee5_app: ${right} on ${table}`),
  );
  expect(granted).toEqual([...listed, "wee5_app: select on activities", "wee5_app: select on openings"].sort());
});

describe.each(Object.entries(TABLES))("%s", (table, { app, tenant }) => {
  if (tenant && app.includes("select")) {
    test("shows the application the rows of the transaction's community and no other's", async () => {
      const all = await communitiesSeen(database.owner, table);
      expect(all).toEqual(expect.arrayContaining([own, other]));
      expect(await inCommunity(database.db, own, (trx) => communitiesSeen(trx, table))).toEqual([own]);
      expect(await inCommunity(database.db, other, (trx) => communitiesSeen(trx, table))).toEqual([other]);
    });

    test.each([
      ["another", "biz_nobody"],
      ["an empty", ""],
      ["a wildcard", "%"],
      ["no", null],
    ])("shows the application nothing under %s setting", async (_name, setting) => {
      expect(await attempt("wee5_app", setting, `select * from ${table}`)).toBe(0);
    });
  }

  test("lets the application write only what it has to, and only its own", async () => {
    const column = await someColumn(table);
    const statements = {
      select: `select * from ${table}`,
      insert: `insert into ${table} (${column}) select ${column} from ${table} where false`,
      update: `update ${table} set ${column} = ${column}`,
      delete: `delete from ${table}`,
      truncate: `truncate ${table} cascade`,
    };
    for (const [right, statement] of Object.entries(statements)) {
      const outcome = await attempt("wee5_app", own, statement);
      if (app.includes(right)) expect([right, outcome]).toEqual([right, expect.any(Number)]);
      else expect([right, outcome]).toEqual([right, DENIED]);
    }
  });

  test.each(CLIENTS)("is closed to %s altogether", async (role) => {
    const column = await someColumn(table);
    for (const statement of [
      `select * from ${table}`,
      `insert into ${table} (${column}) select ${column} from ${table} where false`,
      `update ${table} set ${column} = ${column}`,
      `delete from ${table}`,
      `truncate ${table} cascade`,
    ]) {
      expect([statement, await attempt(role, own, statement)]).toEqual([statement, DENIED]);
    }
  });
});

describe("what the application may write itself stays in its community", () => {
  test("a member and the visibility", async () => {
    const change = `update users set visibility = 'hidden' where community_id = `;
    expect(await attempt("wee5_app", own, `${change}'${own}'`)).toBe(1);
    expect(await attempt("wee5_app", own, `${change}'${other}'`)).toBe(0);
    expect(await attempt("wee5_app", null, `${change}'${own}'`)).toBe(0);
    for (const column of ["xp = 1000000", "level = 100", `community_id = '${other}'`, "user_id = 'user_x'"]) {
      expect([column, await attempt("wee5_app", own, `update users set ${column}`)]).toEqual([column, DENIED]);
    }
    const insert = (community: string) =>
      `insert into users (community_id, user_id) values ('${community}', 'user_new')`;
    expect(await attempt("wee5_app", own, insert(own))).toBe(1);
    expect(await attempt("wee5_app", own, insert(other))).toBe(DENIED);
    expect(await attempt("wee5_app", null, insert(own))).toBe(DENIED);
    const rich = `insert into users (community_id, user_id, xp) values ('${own}', 'user_new', 1000000)`;
    expect(await attempt("wee5_app", own, rich)).toBe(DENIED);
  });

  test("a profile", async () => {
    const values = (community: string) => `values ('${community}', 'user_new', 'Eve', 'Eve', null, now())`;
    const insert = (community: string) => `insert into profiles ${values(community)}`;
    expect(await attempt("wee5_app", own, insert(other))).toBe(DENIED);
    expect(await attempt("wee5_app", own, `update profiles set community_id = '${other}'`)).toBe(DENIED);
    expect(await attempt("wee5_app", own, "update profiles set name = 'Eve'")).toBe(1);
    expect(await attempt("wee5_app", own, "delete from profiles")).toBe(1);
    expect(await attempt("wee5_app", null, "delete from profiles")).toBe(0);
  });
});

test("the view of activities shows the application its own community's, and clients none", async () => {
  expect(await inCommunity(database.db, own, (trx) => communitiesSeen(trx, "activities"))).toEqual([own]);
  expect(await attempt("wee5_app", null, "select * from activities")).toBe(0);
  for (const role of CLIENTS) expect(await attempt(role, own, "select * from activities")).toBe(DENIED);
});

test("a partition cannot be read or written around the table it belongs to", async () => {
  const { rows } = await sql<{ name: string }>`
    select relname as name from pg_class where relispartition and relkind = 'r' and relnamespace = 'public'::regnamespace`.execute(
    database.owner,
  );
  expect(rows.length).toBeGreaterThan(10);
  for (const { name } of rows) {
    for (const role of ["wee5_app", ...CLIENTS]) {
      expect([name, role, await attempt(role, own, `select * from ${name}`)]).toEqual([name, role, DENIED]);
      expect([name, role, await attempt(role, own, `delete from ${name}`)]).toEqual([name, role, DENIED]);
    }
  }
});

describe("the log is a ledger", () => {
  test.each(["activity_log", "corrections", "audit_log"])("not even the owner changes a row of %s", async (table) => {
    const column = await someColumn(table);
    await expect(sql.raw(`update ${table} set ${column} = ${column}`).execute(database.owner)).rejects.toMatchObject({
      code: "W5A01",
    });
  });

  test.each(["delete from audit_log", "truncate audit_log"])("not even the owner can %s", async (statement) => {
    await expect(sql.raw(statement).execute(database.owner)).rejects.toMatchObject({ code: "W5A01" });
  });
});

describe("functions", () => {
  type Fn = { name: string; definer: boolean; path: boolean; app: boolean; everybody: string[]; arguments: string[] };

  async function ourFunctions(): Promise<Fn[]> {
    const { rows } = await sql<Fn>`
      select p.proname as name, p.prosecdef as definer, -- A body that was parsed when the function was made has looked all its names up then.
        coalesce(p.proconfig @> array['search_path=""'], false) or p.prosqlbody is not null as path,
        has_function_privilege('wee5_app', p.oid, 'execute') as app,
        array(select r from unnest(array['anon', 'authenticated']) r where has_function_privilege(r, p.oid, 'execute')) as everybody,
        array(select format('%I => null::%s', p.proargnames[i], format_type(t, null))
          from unnest(p.proargtypes) with ordinality as a (t, i)) as arguments
      from pg_proc p
      where p.pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
      order by p.proname`.execute(database.owner);
    return rows;
  }

  test("each has a fixed search path and none can be called by anybody", async () => {
    const functions = await ourFunctions();
    expect(functions.length).toBeGreaterThan(20);
    expect(functions.filter(({ path }) => !path).map(({ name }) => name)).toEqual([]);
    expect(functions.filter(({ everybody }) => everybody.length > 0).map(({ name }) => name)).toEqual([]);
  });

  test("each that writes past row level security refuses a community other than the transaction's", async () => {
    const callable = (await ourFunctions()).filter(({ definer, app }) => definer && app);
    const withCommunity = callable.filter((fn) => fn.arguments.some((one) => one.startsWith("p_community_id ")));
    expect(withCommunity.length).toBeGreaterThan(5);
    for (const fn of withCommunity) {
      const given = fn.arguments.map((one) => one.replace(/^p_community_id => null/, `p_community_id => '${other}'`));
      for (const setting of [own, "", null]) {
        const outcome = await attempt("wee5_app", setting, `select ${fn.name}(${given.join(", ")})`);
        expect([fn.name, setting, outcome]).toEqual([fn.name, setting, "W5C01"]);
      }
    }
  });

  test("each that knows no community is listed here with the reason", async () => {
    const callable = (await ourFunctions()).filter(({ definer, app }) => definer && app);
    const without = callable.filter((fn) => !fn.arguments.some((one) => one.startsWith("p_community_id ")));
    expect(without.map(({ name }) => name)).toEqual(Object.keys(WITHOUT_COMMUNITY));
  });
});

describe("the application's role", () => {
  test("has no power beyond what it is granted", async () => {
    const { rows } = await sql`
      select rolsuper, rolbypassrls, rolcreatedb, rolcreaterole, rolreplication, rolinherit,
        (select count(*) from pg_auth_members m where m.member = r.oid) as member_of,
        (select count(*) from pg_class c where c.relowner = r.oid) as owns
      from pg_roles r where rolname = 'wee5_app'`.execute(database.owner);
    const no = {
      rolsuper: false,
      rolbypassrls: false,
      rolcreatedb: false,
      rolcreaterole: false,
      rolreplication: false,
    };
    expect(rows).toEqual([{ ...no, rolinherit: false, member_of: 0, owns: 0 }]);
  });

  test.each([
    "create table mine (id int)",
    "create schema mine",
    "create function mine() returns int language sql as 'select 1'",
    "alter table users disable row level security",
    "alter table users add column mine int",
    "drop table users",
    "drop policy own_community on users",
    "alter function award_activities(text, integer, jsonb) owner to wee5_app",
    "set local role postgres",
    "select * from graphile_worker._private_jobs",
    "select graphile_worker.add_job('fetch_profile')",
    "select * from wee5_migrations.migration",
    "copy users to program 'true'",
  ])("cannot %s", async (statement) => {
    // As the application itself connects, so that nothing rests on the superuser behind `set role`.
    await expect(sql.raw(statement).execute(database.db)).rejects.toMatchObject({
      code: expect.stringMatching(/^(42501|42P01|3F000)$/),
    });
  });

  test("is ended by the server when it keeps a row waiting or runs too long", async () => {
    const { rows } = await sql<{ name: string; setting: string }>`
      select name, setting from pg_settings
      where name in ('statement_timeout', 'lock_timeout', 'idle_in_transaction_session_timeout') order by name`.execute(
      database.db,
    );
    expect(rows).toEqual([
      { name: "idle_in_transaction_session_timeout", setting: "3000" },
      { name: "lock_timeout", setting: "5000" },
      { name: "statement_timeout", setting: "15000" },
    ]);
  });
});
