-- What the request inspector shows. exchange holds summaries, exchange_body the bytes: lists never load bodies. Both are
-- partitioned by day (UTC) so that retention drops partitions. Written by tunnel-server only.

create sequence exchange_seq;

create table exchange (
    seq               bigint      not null default nextval('exchange_seq'),
    id                text        not null,
    started_at        timestamptz not null,
    team_id           bigint      not null,
    membership_id     bigint      not null,
    connection_id     text        not null,
    node              text        not null,
    hostname          text        not null,
    visitor_address   text        not null,
    scheme            text        not null,
    http_version      text        not null,
    method            text        not null,
    target            text        not null,
    status            smallint,
    -- completed, or the name of the failure
    outcome           text        not null,
    request_headers   jsonb       not null default '[]',
    response_headers  jsonb       not null default '[]',
    request_bytes     bigint      not null default 0,
    response_bytes    bigint      not null default 0,
    queued_micros     bigint,
    first_byte_micros bigint,
    duration_micros   bigint      not null default 0,
    replay_of         text,
    primary key (started_at, seq)
) partition by range (started_at);
create index exchange_team_index on exchange (team_id, seq desc);
create index exchange_connection_index on exchange (connection_id, seq desc);
create index exchange_id_index on exchange (id);

create table exchange_body (
    exchange_id text        not null,
    started_at  timestamptz not null,
    team_id     bigint      not null,
    -- toUpstream: the request's; toVisitor: the response's
    direction   text        not null check (direction in ('toUpstream', 'toVisitor')),
    total_bytes bigint      not null,
    truncated   boolean     not null,
    content     bytea       not null,
    primary key (started_at, exchange_id, direction)
) partition by range (started_at);

-- Makes the partitions of today and of the next days. Runs with the owner's rights because tunnel-server may not
-- create tables; hence the fixed search path, with temporary tables last.
create function ensure_exchange_partitions(days_ahead integer) returns integer
    language plpgsql security definer set search_path = ${flyway:defaultSchema}, pg_temp as
$$
declare
    day  date;
    made integer := 0;
    base text;
begin
    if days_ahead < 0 or days_ahead > 31 then
        raise exception 'days_ahead: % (expected: 0-31)', days_ahead;
    end if;
    perform pg_advisory_xact_lock(hashtext('portr_exchange_partitions'));
    foreach base in array array ['exchange', 'exchange_body'] loop
        for offset_days in -1..days_ahead loop
            day := (now() at time zone 'UTC')::date + offset_days;
            if to_regclass(format('%I', base || '_' || to_char(day, 'YYYYMMDD'))) is null then
                execute format('create table %I partition of %I for values from (%L) to (%L)',
                               base || '_' || to_char(day, 'YYYYMMDD'), base,
                               day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
                made := made + 1;
            end if;
        end loop;
    end loop;
    return made;
end
$$;
revoke all on function ensure_exchange_partitions(integer) from public;

-- Drops the partitions whose whole day lies before the given day.
create function drop_exchange_partitions(before_day date) returns integer
    language plpgsql security definer set search_path = ${flyway:defaultSchema}, pg_temp as
$$
declare
    child   record;
    dropped integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('portr_exchange_partitions'));
    for child in
        select c.oid::regclass as part, right(c.relname, 8) as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass)
    loop
        if to_date(child.day, 'YYYYMMDD') < before_day then
            execute format('drop table %s', child.part);
            dropped := dropped + 1;
        end if;
    end loop;
    return dropped;
end
$$;
revoke all on function drop_exchange_partitions(date) from public;

select ensure_exchange_partitions(2);
