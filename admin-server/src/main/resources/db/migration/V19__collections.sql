-- Requests that a team keeps: imported from HAR files, or chosen among the recorded ones, which they outlive.
create table collection (
    id            text primary key,
    team_id       bigint      not null references team on delete cascade,
    name          text        not null,
    -- where the requests come from: the program that wrote the file
    source        text        not null,
    created_by    bigint      references app_user on delete set null,
    -- readable when the user is gone
    creator       text        not null,
    request_count integer     not null default 0,
    stored_bytes  bigint      not null default 0,
    created_at    timestamptz not null default now()
);
create index collection_team_index on collection (team_id, id desc);

create table collection_item (
    collection_id   text        not null references collection on delete cascade,
    -- from 1, in the order of the file
    position        integer     not null,
    started_at      timestamptz not null,
    method          text        not null,
    -- the beginning of it, for lists
    url             text        not null,
    status          smallint    not null,
    duration_micros bigint      not null,
    -- the whole entry as HAR has it, headers, bodies and recorded response; encrypted, because it holds what visitors sent
    entry           bytea       not null,
    primary key (collection_id, position)
);
