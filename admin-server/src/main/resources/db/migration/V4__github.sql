-- Who may make an account by signing in with GitHub, and what they become. A superuser is never made this way.
alter table auto_signup_domain
    add column role text not null default 'member' check (role in ('admin', 'member'));

-- By membership in an organisation on GitHub, or in one of its teams. Lower case, because GitHub ignores case.
create table auto_signup_github (
    id           bigint generated always as identity primary key,
    organization text        not null check (organization ~ '^[a-z0-9][a-z0-9_-]{0,99}$'),
    -- the slug of a team in it; null means everybody in the organisation
    github_team  text check (github_team ~ '^[a-z0-9_.-]{1,100}$'),
    team_id      bigint      not null references team on delete cascade,
    role         text        not null default 'member' check (role in ('admin', 'member')),
    created_at   timestamptz not null default now(),
    updated_at   timestamptz not null default now(),
    constraint auto_signup_github_unique unique nulls not distinct (organization, github_team)
);
create index auto_signup_github_team_index on auto_signup_github (team_id);
