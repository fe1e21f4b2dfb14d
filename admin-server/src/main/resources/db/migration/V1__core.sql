-- The core model. admin-server owns this schema; tunnel-server reads what it must and writes leases, connection
-- state and exchanges. Who may touch what is granted in R__grants.sql.

create table app_user (
    id            bigint generated always as identity primary key,
    email         text        not null check (email = lower(btrim(email)) and email <> ''),
    first_name    text,
    last_name     text,
    password_hash text,
    is_superuser  boolean     not null default false,
    created_at    timestamptz not null default now(),
    updated_at    timestamptz not null default now(),
    constraint app_user_email_unique unique (email)
);

create table github_account (
    user_id                bigint primary key references app_user on delete cascade,
    github_id              bigint      not null unique,
    login                  text        not null,
    avatar_url             text        not null default '',
    access_token_encrypted bytea,
    created_at             timestamptz not null default now(),
    updated_at             timestamptz not null default now()
);

create table team (
    id              bigint generated always as identity primary key,
    name            text        not null,
    slug            text        not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    client_template text        not null default '',
    created_at      timestamptz not null default now(),
    updated_at      timestamptz not null default now(),
    constraint team_name_unique unique (name),
    constraint team_slug_unique unique (slug)
);

-- A user in a team. The secret key belongs to the membership: its SHA-256 for look-up, its value encrypted
-- (AES-256-GCM under PORTR_ADMIN_ENCRYPTION_KEY) so that it can be shown again. key_version grows with each rotation,
-- which is how tunnel-server learns that live sessions must be cut.
create table membership (
    id                   bigint generated always as identity primary key,
    user_id              bigint      not null references app_user on delete cascade,
    team_id              bigint      not null references team on delete cascade,
    role                 text        not null default 'member' check (role in ('admin', 'member')),
    secret_key_hash      bytea       not null check (octet_length(secret_key_hash) = 32),
    secret_key_encrypted bytea       not null,
    key_version          integer     not null default 1,
    created_at           timestamptz not null default now(),
    updated_at           timestamptz not null default now(),
    constraint membership_team_user_unique unique (team_id, user_id),
    constraint membership_secret_key_unique unique (secret_key_hash)
);
create index membership_user_index on membership (user_id);

create table ssh_public_key (
    id           bigint generated always as identity primary key,
    user_id      bigint      not null references app_user on delete cascade,
    name         text        not null,
    key_type     text        not null,
    key_blob     bytea       not null,
    -- "SHA256:" and the unpadded base64 of the SHA-256 of key_blob, as ssh-keygen -l prints it
    fingerprint  text        not null,
    created_at   timestamptz not null default now(),
    last_used_at timestamptz,
    constraint ssh_public_key_fingerprint_unique unique (fingerprint)
);
create index ssh_public_key_user_index on ssh_public_key (user_id);

create table api_token (
    id           bigint generated always as identity primary key,
    user_id      bigint      not null references app_user on delete cascade,
    name         text        not null,
    token_hash   bytea       not null unique check (octet_length(token_hash) = 32),
    token_hint   text        not null,
    scopes       text[]      not null default '{}',
    created_at   timestamptz not null default now(),
    expires_at   timestamptz,
    last_used_at timestamptz,
    revoked_at   timestamptz
);
create index api_token_user_index on api_token (user_id);

create table reserved_subdomain (
    id            bigint generated always as identity primary key,
    subdomain     text        not null check (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    membership_id bigint      not null references membership on delete cascade,
    created_at    timestamptz not null default now(),
    constraint reserved_subdomain_name_unique unique (subdomain)
);
create index reserved_subdomain_membership_index on reserved_subdomain (membership_id);

-- One tunnel as its owner sees it. reserved: created, not yet claimed by an SSH session; active: a session serves it;
-- closed: none does. A closed row may become active again (the client reuses its id when it reconnects).
create table connection (
    id               text primary key check (id ~ '^[0-9A-Z]{26}$'),
    type             text        not null check (type in ('http', 'tcp')),
    subdomain        text check (subdomain ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
    port             integer check (port between 1 and 65535),
    status           text        not null default 'reserved' check (status in ('reserved', 'active', 'closed')),
    -- portr: created through the API; ssh: created by tunnel-server for a plain `ssh -R`
    origin           text        not null default 'portr' check (origin in ('portr', 'ssh')),
    membership_id    bigint      not null references membership on delete cascade,
    team_id          bigint      not null references team on delete cascade,
    client_address   text,
    -- client, lost, taken_over, revoked, disconnected, shutdown, expired
    close_reason     text,
    last_error       text,
    session_count    integer     not null default 0,
    request_count    bigint      not null default 0,
    to_visitor_bytes bigint      not null default 0,
    to_upstream_bytes bigint     not null default 0,
    created_at       timestamptz not null default now(),
    updated_at       timestamptz not null default now(),
    started_at       timestamptz,
    closed_at        timestamptz,
    constraint connection_subdomain_matches_type check ((type = 'http') = (subdomain is not null))
);
-- "One live owner per name" is a database fact. A member may hold a fresh reservation beside their own live tunnel of
-- the same name (that is a take-over about to happen), hence two indexes and not one.
create unique index connection_active_subdomain_unique on connection (subdomain) where status = 'active';
create unique index connection_reserved_subdomain_unique on connection (subdomain) where status = 'reserved';
create unique index connection_active_port_unique on connection (port) where status = 'active' and type = 'tcp';
create index connection_team_created_index on connection (team_id, created_at desc, id);
create index connection_team_status_index on connection (team_id, status, created_at desc);
create index connection_membership_index on connection (membership_id, status);
create index connection_reserved_created_index on connection (created_at) where status = 'reserved';

-- Who may serve a name now. name is 'http:<subdomain>' or 'tcp:<port>'. epoch grows with each change of owner, so that
-- a late close of a dead session cannot remove the route of its successor; it comes from one sequence, so it grows even
-- over the removal of a row. While held (node is null) the name waits for its membership until expires_at. The rows are
-- renewed all the time: the free space on each page lets that happen in place. Written by tunnel-server only.
create sequence lease_epoch_seq;
create table lease (
    name          text primary key check (name ~ '^(http:[a-z0-9-]+|tcp:[0-9]+)$'),
    connection_id text        not null references connection on delete cascade,
    membership_id bigint      not null references membership on delete cascade,
    node          text,
    epoch         bigint      not null check (epoch > 0),
    expires_at    timestamptz not null
) with (fillfactor = 50);
create index lease_node_index on lease (node);
create index lease_connection_index on lease (connection_id);

-- A running tunnel-server. Written by tunnel-server only.
create table node (
    id           text primary key,
    peer_address text,
    started_at   timestamptz not null,
    seen_at      timestamptz not null
);

-- What admin-server asks of the nodes. Picked up by polling, NOTIFY portr_command is only a hint.
create table tunnel_command (
    id            bigint generated always as identity primary key,
    kind          text        not null check (kind in ('disconnect_connection', 'disconnect_membership')),
    connection_id text,
    membership_id bigint,
    created_by    bigint,
    created_at    timestamptz not null default now()
);
create index tunnel_command_created_index on tunnel_command (created_at);

create table audit_event (
    id          bigint generated always as identity primary key,
    occurred_at timestamptz not null default now(),
    actor_id    bigint references app_user on delete set null,
    actor_label text        not null,
    action      text        not null,
    team_id     bigint references team on delete set null,
    subject     text        not null default '',
    detail      jsonb       not null default '{}',
    address     text
);
create index audit_event_occurred_index on audit_event (occurred_at desc, id desc);
create index audit_event_team_index on audit_event (team_id, occurred_at desc);

create table auto_signup_settings (
    id         smallint primary key default 1 check (id = 1),
    enabled    boolean     not null default false,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
insert into auto_signup_settings default values;

create table auto_signup_domain (
    id         bigint generated always as identity primary key,
    domain     text        not null unique check (domain = lower(domain) and domain <> ''),
    team_id    bigint      not null references team on delete cascade,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now()
);
create index auto_signup_domain_team_index on auto_signup_domain (team_id);

-- One-time links: the first administrator signs in with one.
create table sign_in_link (
    id         bigint generated always as identity primary key,
    token_hash bytea       not null unique check (octet_length(token_hash) = 32),
    user_id    bigint      not null references app_user on delete cascade,
    created_at timestamptz not null default now(),
    expires_at timestamptz not null,
    used_at    timestamptz
);
