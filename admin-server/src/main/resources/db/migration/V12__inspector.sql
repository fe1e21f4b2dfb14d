-- What the request inspector needs besides the exchanges themselves: rules of recording, frames, replays.

alter table exchange
    -- the words of path, headers and bodies, lower case and without positions, as the search looks for them
    add column words tsvector;
create index exchange_words_index on exchange using gin (words);

-- How a team's exchanges are recorded. Written by admin-server; a team without a row has the instance's settings.
create table team_capture (
    team_id           bigint primary key references team on delete cascade,
    -- null: as the instance
    mode              text        check (mode in ('full', 'metadata', 'off')),
    -- in addition to the instance's own lists
    redact_headers    text[]      not null default '{}',
    redact_parameters text[]      not null default '{}',
    -- RFC 9535 names without wildcards, such as $.card.number
    redact_json       text[]      not null default '{}',
    -- headers and bodies are encrypted before they are stored
    encrypted         boolean     not null default false,
    -- bytes of bodies and frames that may be stored in all; null: as the instance
    max_bytes         bigint      check (max_bytes >= 0),
    -- opening a recorded body is written to the audit log
    audit_bodies      boolean     not null default false,
    updated_at        timestamptz not null default now()
);

-- How exchanges of one member's name are recorded, whichever connection serves it. Written by admin-server.
create table tunnel_capture (
    membership_id bigint      not null references membership on delete cascade,
    subdomain     text        not null,
    -- null: as the team
    mode          text        check (mode in ('full', 'metadata', 'off')),
    -- only this member sees the exchanges
    private       boolean     not null default false,
    updated_at    timestamptz not null default now(),
    primary key (membership_id, subdomain)
);

-- Bytes and rows recorded per team and day (UTC); counted by tunnel-server with each batch, so that a limit needs no scan.
create table capture_usage (
    team_id        bigint not null,
    day            date   not null,
    exchange_count bigint not null default 0,
    stored_bytes   bigint not null default 0,
    primary key (team_id, day)
);

-- Messages of a WebSocket, frame by frame, and events of a server-sent stream. Partitioned like the bodies.
create table exchange_frame (
    exchange_id text        not null,
    started_at  timestamptz not null,
    team_id     bigint      not null,
    -- from 1, in the order of passing
    n           integer     not null,
    -- since the exchange's start
    at_micros   bigint      not null,
    direction   text        not null check (direction in ('toUpstream', 'toVisitor')),
    kind        text        not null check (kind in ('text', 'binary', 'continuation', 'ping', 'pong', 'close', 'event')),
    -- the message ends here
    final       boolean     not null default true,
    -- came compressed (permessage-deflate); content is what it says once inflated
    compressed  boolean     not null default false,
    -- as it passed, without the frame's own head
    total_bytes bigint      not null,
    truncated   boolean     not null,
    close_code  integer,
    -- of a server-sent event
    event_name  text,
    event_id    text,
    content     bytea       not null,
    primary key (started_at, exchange_id, n)
) partition by range (started_at);

-- A request to be sent again into a tunnel. admin-server writes what and when; the node that serves the tunnel writes what
-- came of it.
create table replay (
    id                   text primary key,
    batch_id             text        not null,
    -- within the batch, from 0
    position             integer     not null,
    team_id              bigint      not null references team on delete cascade,
    membership_id        bigint      not null references membership on delete cascade,
    -- the tunnel it goes into
    connection_id        text        not null,
    -- the exchange it repeats
    original_id          text,
    original_started_at  timestamptz,
    method               text        not null,
    -- as in the request line
    target               text        not null,
    -- arrays of [name, value] like those of exchange
    headers              jsonb       not null,
    trailers             jsonb       not null default '[]',
    body                 bytea       not null,
    state                text        not null default 'waiting'
        check (state in ('waiting', 'running', 'done', 'failed', 'cancelled')),
    -- why it failed: a word, as X-Portr-Error-Reason has them
    failure              text,
    -- the exchange it became
    exchange_id          text,
    exchange_started_at  timestamptz,
    status               smallint,
    -- paces a batch
    not_before           timestamptz not null default now(),
    created_at           timestamptz not null default now(),
    started_at           timestamptz,
    finished_at          timestamptz
);
create index replay_batch_index on replay (batch_id, position);
create index replay_waiting_index on replay (connection_id, not_before) where state = 'waiting';
create index replay_team_index on replay (team_id, created_at desc);
create index replay_original_index on replay (original_id) where original_id is not null;

-- Partitions of the frames come and go with the others.
create or replace function ensure_exchange_partitions(days_ahead integer) returns integer
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
    foreach base in array array ['exchange', 'exchange_body', 'exchange_frame'] loop
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

create or replace function drop_exchange_partitions(before_day date) returns integer
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
        where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass, 'exchange_frame'::regclass)
    loop
        if to_date(child.day, 'YYYYMMDD') < before_day then
            execute format('drop table %s', child.part);
            dropped := dropped + 1;
        end if;
    end loop;
    delete from capture_usage where capture_usage.day < before_day;
    return dropped;
end
$$;

-- What the disk holds of it, indexes included, per day: for the budget.
create function exchange_disk_use() returns table (day date, bytes bigint)
    language sql security definer set search_path = ${flyway:defaultSchema}, pg_temp stable as
$$
select to_date(right(c.relname, 8), 'YYYYMMDD'), sum(pg_total_relation_size(c.oid))::bigint
from pg_inherits i join pg_class c on c.oid = i.inhrelid
where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass, 'exchange_frame'::regclass)
group by 1
$$;
revoke all on function exchange_disk_use() from public;

select ensure_exchange_partitions(2);
