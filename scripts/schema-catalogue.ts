/**
 * The catalogue's own words for everything we create, one statement a row, in a stable order. Partitions are left out: they
 * are made for the months at hand, so they differ from day to day.
 */
const OURS = "n.nspname not in ('graphile_worker', 'wee5_migrations', 'information_schema') and n.nspname !~ '^pg_'";
/** What an extension brought is the extension's. */
const NOT_EXTENSION = (catalogue: string, alias: string) =>
  `not exists (select from pg_depend d where d.classid = '${catalogue}'::regclass and d.objid = ${alias}.oid and d.deptype = 'e')`;

export const ROLES = `
select format('-- role %s: %s', r.rolname, concat_ws(', ',
    case when r.rolcanlogin then 'login' else 'nologin' end,
    case when r.rolinherit then 'inherit' else 'noinherit' end,
    case when r.rolsuper then 'superuser' end,
    case when r.rolbypassrls then 'bypassrls' end,
    case when r.rolcreatedb then 'createdb' end,
    case when r.rolcreaterole then 'createrole' end,
    (select string_agg(format('member of %s', g.rolname), ', ' order by g.rolname)
       from pg_auth_members m join pg_roles g on g.oid = m.roleid where m.member = r.oid),
    (select string_agg(setting, ', ' order by setting)
       from pg_db_role_setting s, unnest(s.setconfig) setting where s.setrole = r.oid))) as statement
from pg_roles r
where r.rolname !~ '^pg_' and r.oid <> 10
order by r.rolname`;

export const SCHEMAS = `
select concat_ws(E'\\n', case when n.nspname <> 'public' then format('create schema %I;', n.nspname) end,
    (select string_agg(format('grant %s on schema %I to %s;', lower(a.privilege_type), n.nspname,
              coalesce(quote_ident(r.rolname), 'public')), E'\\n' order by r.rolname nulls first, a.privilege_type)
       from aclexplode(n.nspacl) a left join pg_roles r on r.oid = a.grantee where a.grantee <> n.nspowner)) as statement
from pg_namespace n where ${OURS} order by n.nspname = 'public' desc, n.nspname`;

export const EXTENSIONS = `
select format('create extension %I;', extname) as statement from pg_extension where extname <> 'plpgsql' order by extname`;

export const TYPES = `
select case t.typtype
    when 'e' then format('create type %s as enum (%s);', t.oid::regtype,
      (select string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) from pg_enum e where e.enumtypid = t.oid))
    when 'd' then format('create domain %s as %s%s;', t.oid::regtype, format_type(t.typbasetype, t.typtypmod),
      coalesce((select string_agg(' ' || pg_get_constraintdef(c.oid), '' order by c.conname)
        from pg_constraint c where c.contypid = t.oid), ''))
    else format(E'create type %s as (\\n%s\\n);', t.oid::regtype,
      (select string_agg(format('  %I %s', a.attname, format_type(a.atttypid, a.atttypmod)), E',\\n' order by a.attnum)
         from pg_attribute a where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped))
  end as statement
from pg_type t join pg_namespace n on n.oid = t.typnamespace left join pg_class c on c.oid = t.typrelid
where ${OURS} and ${NOT_EXTENSION("pg_type", "t")}
  and (t.typtype in ('e', 'd') or (t.typtype = 'c' and c.relkind = 'c'))
order by n.nspname, t.typname`;

const columns = `
(select string_agg(line, E',\\n' order by place, line) from (
  select a.attnum::int as place, format('  %I %s%s%s%s', a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attcollation <> t.typcollation then ' collate ' || a.attcollation::regcollation end,
      case when a.attidentity <> '' then format(' generated %s as identity', case a.attidentity when 'a' then 'always' else 'by default' end)
           when a.attgenerated = 's' then format(' generated always as (%s) stored', pg_get_expr(d.adbin, d.adrelid))
           when d.oid is not null then ' default ' || pg_get_expr(d.adbin, d.adrelid) end,
      case when a.attnotnull then ' not null' end) as line
  from pg_attribute a join pg_type t on t.oid = a.atttypid
  left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
  union all
  select 10000 + position(k.contype::text in 'pufxc'), format('  constraint %I %s', k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint k where k.conrelid = c.oid and k.contype in ('p', 'u', 'f', 'x', 'c')
) lines)`;

const comments = `
(select string_agg(format('comment on %s is %s;', case o.objsubid when 0 then format('%s %s', case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end, c.oid::regclass)
        else format('column %s.%I', c.oid::regclass, a.attname) end, quote_literal(o.description)), E'\\n' order by o.objsubid)
 from pg_description o left join pg_attribute a on a.attrelid = c.oid and a.attnum = o.objsubid and o.objsubid > 0
 where o.classoid = 'pg_class'::regclass and o.objoid = c.oid)`;

const indexes = `
(select string_agg(pg_get_indexdef(i.indexrelid) || ';'
      || coalesce(format(E'\\ncomment on index %s is ', i.indexrelid::regclass) || quote_literal(obj_description(i.indexrelid, 'pg_class')) || ';', ''),
    E'\\n' order by i.indexrelid::regclass::text)
 from pg_index i where i.indrelid = c.oid and not exists (select from pg_constraint k where k.conindid = i.indexrelid and k.conrelid = c.oid))`;

const security = `
concat_ws(E'\\n', case when c.relrowsecurity then format('alter table %s enable row level security;', c.oid::regclass) end,
  case when c.relforcerowsecurity then format('alter table %s force row level security;', c.oid::regclass) end,
  (select string_agg(format('create policy %I on %s%s for %s to %s%s%s;', p.polname, c.oid::regclass,
        case when p.polpermissive then '' else ' as restrictive' end,
        case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
        coalesce((select string_agg(quote_ident(r.rolname), ', ' order by r.rolname) from pg_roles r where r.oid = any (p.polroles)), 'public'),
        E'\\n  using (' || pg_get_expr(p.polqual, p.polrelid) || ')',
        E'\\n  with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')'), E'\\n' order by p.polname)
   from pg_policy p where p.polrelid = c.oid))`;

const grants = `
(select string_agg(line, E'\\n' order by line) from (
  select format('grant %s on %s to %s;', lower(string_agg(x.privilege_type, ', ' order by x.privilege_type)), c.oid::regclass,
    coalesce(quote_ident(r.rolname), 'public')) as line
  from aclexplode(c.relacl) x left join pg_roles r on r.oid = x.grantee where x.grantee <> c.relowner group by r.rolname
  union all
  select format('grant %s (%s) on %s to %s;', lower(x.privilege_type), string_agg(quote_ident(a.attname), ', ' order by a.attnum),
    c.oid::regclass, coalesce(quote_ident(r.rolname), 'public'))
  from pg_attribute a cross join aclexplode(a.attacl) x left join pg_roles r on r.oid = x.grantee
  where a.attrelid = c.oid and not a.attisdropped and x.grantee <> c.relowner group by r.rolname, x.privilege_type
) lines)`;

const triggers = `
(select string_agg(pg_get_triggerdef(t.oid) || ';', E'\\n' order by t.tgname)
 from pg_trigger t where t.tgrelid = c.oid and not t.tgisinternal)`;

export const TABLES = `
select concat_ws(E'\\n',
  case when c.relkind in ('v', 'm') then format(E'create %sview %s%s as\\n%s', case c.relkind when 'm' then 'materialized ' end,
      c.oid::regclass, (select format(' with (%s)', array_to_string(c.reloptions, ', ')) where c.reloptions is not null),
      pg_get_viewdef(c.oid, true))
    else format(E'create table %s (\\n%s\\n)%s%s;', c.oid::regclass, ${columns},
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) end,
      (select format(' with (%s)', array_to_string(c.reloptions, ', ')) where c.reloptions is not null)) end,
  ${comments}, ${indexes}, nullif(${security}, ''), ${grants}, ${triggers}) as statement
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where ${OURS} and c.relkind in ('r', 'p', 'v', 'm') and not c.relispartition and ${NOT_EXTENSION("pg_class", "c")}
order by n.nspname, c.relname`;

/** Sequences of identity columns come with their table. */
export const SEQUENCES = `
select concat_ws(E'\\n', format('create sequence %s;', c.oid::regclass), ${grants}) as statement
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where ${OURS} and c.relkind = 'S' and not exists (
  select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('i', 'e'))
order by n.nspname, c.relname`;

export const FUNCTIONS = `
select concat_ws(E'\\n', rtrim(pg_get_functiondef(p.oid), E'\\n') || ';',
  format('comment on function %s is ', p.oid::regprocedure) || quote_literal(obj_description(p.oid, 'pg_proc')) || ';',
  case when p.proacl is null then format('-- anyone may execute %s', p.oid::regprocedure) else
    (select string_agg(format('grant execute on function %s to %s;', p.oid::regprocedure, coalesce(quote_ident(r.rolname), 'public')),
        E'\\n' order by r.rolname nulls first)
     from aclexplode(p.proacl) x left join pg_roles r on r.oid = x.grantee where x.grantee <> p.proowner) end) as statement
from pg_proc p join pg_namespace n on n.oid = p.pronamespace
where ${OURS} and p.prokind in ('f', 'p') and ${NOT_EXTENSION("pg_proc", "p")}
order by n.nspname, p.proname, pg_get_function_identity_arguments(p.oid)`;

export const PUBLICATIONS = `
select format('create publication %I%s;', p.pubname, case when p.puballtables then ' for all tables' else coalesce(' for table ' ||
  (select string_agg(r.prrelid::regclass::text, ', ' order by r.prrelid::regclass::text) from pg_publication_rel r where r.prpubid = p.oid), '') end) as statement
from pg_publication p order by p.pubname`;

export const DEFAULT_PRIVILEGES = `
select format('-- default for new %s%s: %s', case d.defaclobjtype when 'r' then 'tables' when 'S' then 'sequences' when 'f' then 'functions'
    when 'T' then 'types' else 'schemas' end, coalesce(' in schema ' || n.nspname, ''),
  (select string_agg(format('%s to %s', lower(x.privilege_type), coalesce(r.rolname, 'public')), ', ' order by r.rolname nulls first, x.privilege_type)
   from aclexplode(d.defaclacl) x left join pg_roles r on r.oid = x.grantee)) as statement
from pg_default_acl d left join pg_namespace n on n.oid = d.defaclnamespace
order by n.nspname nulls first, d.defaclobjtype`;
