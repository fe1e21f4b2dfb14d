-- By which members check the signatures of webhooks to their tunnels; several of one provider while one replaces another.
create table webhook_secret (
    id            bigint generated always as identity primary key,
    membership_id bigint      not null references membership on delete cascade,
    -- the tunnel's name
    subdomain     text        not null,
    provider      text        not null check (provider in ('github', 'stripe', 'slack', 'shopify', 'twilio', 'standard')),
    -- what its owner calls it
    name          text        not null,
    -- encrypted; shown to nobody again
    secret        bytea       not null,
    created_at    timestamptz not null default now()
);
create index webhook_secret_index on webhook_secret (membership_id, subdomain, provider, id desc);
