-- One-time links by which new people join a team. The address is only a row here until the link is used: no account, no
-- membership, no key before that. Only the hash of the link's token is stored.
create table team_invitation (
    id          bigint generated always as identity primary key,
    token_hash  bytea       not null unique check (octet_length(token_hash) = 32),
    team_id     bigint      not null references team on delete cascade,
    email       text        not null check (email = lower(btrim(email)) and email <> ''),
    role        text        not null check (role in ('admin', 'member')),
    superuser   boolean     not null default false,
    -- when the inviter goes, what they promised goes with them
    invited_by  bigint      not null references app_user on delete cascade,
    created_at  timestamptz not null default now(),
    expires_at  timestamptz not null,
    accepted_at timestamptz,
    revoked_at  timestamptz
);
-- one open link per person and team; a new one replaces the old one
create unique index team_invitation_open_unique on team_invitation (team_id, email)
    where accepted_at is null and revoked_at is null;
create index team_invitation_email_index on team_invitation (email) where accepted_at is null and revoked_at is null;
create index team_invitation_invited_by_index on team_invitation (invited_by);

-- a member's newest tunnel, which is when they were last active
create index connection_membership_created_index on connection (membership_id, created_at desc);
