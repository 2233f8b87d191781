-- From the oldest month an activity may still fall into to a quarter ahead. The worker goes on from here every day,
-- and an award that finds its month missing makes it.
select public.ensure_partitions((now() - interval '100 days')::date, (now() + interval '100 days')::date);
