-- The day of a partition, or null for any other table: a plan may read the names of all tables before it looks which of them
-- are partitions, and to_date fails on a name like pg_toast_12345.
create function partition_day(table_name name) returns date
    language sql immutable set search_path = pg_catalog, pg_temp as
$$
select case when table_name ~ '_[0-9]{8}$' then to_date(right(table_name, 8), 'YYYYMMDD') end
$$;

create or replace function drop_capture_data_keys(before_day date) returns integer
    language plpgsql security definer set search_path = ${flyway:defaultSchema}, pg_temp as
$$
declare
    dropped integer;
begin
    delete from capture_data_key
    where created_at < (before_day - 1)::timestamp at time zone 'UTC'
        -- never before the exchanges are gone
        and not exists (
            select from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass, 'exchange_frame'::regclass)
            and partition_day(c.relname) < before_day);
    get diagnostics dropped = row_count;
    return dropped;
end
$$;

create or replace function exchange_disk_use() returns table (day date, bytes bigint)
    language sql security definer set search_path = ${flyway:defaultSchema}, pg_temp stable as
$$
select partition_day(c.relname), sum(pg_total_relation_size(c.oid))::bigint
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass, 'exchange_frame'::regclass)
group by 1
$$;
