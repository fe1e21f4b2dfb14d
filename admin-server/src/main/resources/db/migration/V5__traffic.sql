-- Traffic of a team over time: one row per team and five minutes with traffic, added to by every node together with the
-- counters of its connections. Written and pruned by tunnel-server only. The rows of the last minutes are updated all the
-- time: the free space on each page lets that happen in place.
create table traffic (
    team_id           bigint      not null references team on delete cascade,
    bucket            timestamptz not null,
    request_count     bigint      not null default 0,
    to_visitor_bytes  bigint      not null default 0,
    to_upstream_bytes bigint      not null default 0,
    primary key (team_id, bucket)
) with (fillfactor = 80);
create index traffic_bucket_index on traffic (bucket);

-- What ended last in a team, for its overview.
create index connection_team_closed_index on connection (team_id, closed_at desc) where status = 'closed';
