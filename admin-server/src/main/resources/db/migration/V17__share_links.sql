-- Links by which one recorded request can be seen without an account. Only the hash of a link's token is stored. The exchange is
-- not referenced: its partition is dropped when its time is over, and the link then leads nowhere.
create table share_link (
    id                  bigint generated always as identity primary key,
    token_hash          bytea       not null unique check (octet_length(token_hash) = 32),
    team_id             bigint      not null references team on delete cascade,
    exchange_id         text        not null,
    exchange_started_at timestamptz not null,
    -- the link shows what they may see, and goes when they go
    created_by          bigint      not null references app_user on delete cascade,
    -- bodies and messages; else headers only
    shows_bodies        boolean     not null default false,
    -- lower case
    hidden_headers      text[]      not null default '{}',
    created_at          timestamptz not null default now(),
    expires_at          timestamptz not null,
    revoked_at          timestamptz
);
create index share_link_exchange_index on share_link (team_id, exchange_id);
create index share_link_created_by_index on share_link (created_by);
create index share_link_expires_index on share_link (expires_at);
