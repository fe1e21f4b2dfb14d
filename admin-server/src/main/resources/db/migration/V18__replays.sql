-- Replays that were asked for together. admin-server writes them; the rows of replay say what came of each.
create table replay_batch (
    id            text primary key,
    team_id       bigint      not null references team on delete cascade,
    -- who asked
    membership_id bigint      not null references membership on delete cascade,
    total         integer     not null check (total > 0),
    -- null: each as soon as the one before it is answered
    per_second    real        check (per_second > 0),
    -- something was changed in comparison with the originals
    edited        boolean     not null default false,
    created_at    timestamptz not null default now(),
    cancelled_at  timestamptz
);
create index replay_batch_team_index on replay_batch (team_id, created_at desc);
create index replay_batch_age_index on replay_batch (created_at);
