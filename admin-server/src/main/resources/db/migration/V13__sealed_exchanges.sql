-- Encryption of recorded header fields, bodies and frames, for the teams that ask for it. tunnel-server encrypts and cannot
-- read: it has the public key of a pair and makes data keys, which it stores wrapped with that key. admin-server has the
-- private key, encrypted with PORTR_ADMIN_ENCRYPTION_KEY.

-- Written by admin-server.
create table capture_seal_key (
    id          bigint      generated always as identity primary key,
    -- RSA, as SubjectPublicKeyInfo
    public_key  bytea       not null,
    -- PKCS#8, encrypted
    private_key bytea       not null,
    created_at  timestamptz not null default now()
);

-- Written by tunnel-server: AES-256 keys, wrapped with RSA-OAEP (SHA-256).
create table capture_data_key (
    id          text        primary key,
    seal_key_id bigint      not null references capture_seal_key,
    wrapped_key bytea       not null,
    created_at  timestamptz not null default now()
);
create index capture_data_key_created_index on capture_data_key (created_at);

-- sealed_by names the data key: what it encrypts is twelve bytes of nonce and the cipher text of AES-256-GCM.
alter table exchange
    add column sealed_by    text,
    -- the four field lists, which are empty in their own columns
    add column sealed_heads bytea;
alter table exchange_body add column sealed_by text;
alter table exchange_frame add column sealed_by text;

-- Data keys go with the last day that they can have encrypted: each is used for an hour.
create function drop_capture_data_keys(before_day date) returns integer
    language plpgsql security definer set search_path = ${flyway:defaultSchema}, pg_temp as
$$
declare
    dropped integer;
begin
    delete from capture_data_key
    where created_at < (before_day - 1)::timestamp at time zone 'UTC'
        -- never before the exchanges are gone
        and not exists (
            select from pg_inherits i join pg_class c on c.oid = i.inhrelid
            where i.inhparent in ('exchange'::regclass, 'exchange_body'::regclass, 'exchange_frame'::regclass)
            and to_date(right(c.relname, 8), 'YYYYMMDD') < before_day);
    get diagnostics dropped = row_count;
    return dropped;
end
$$;
revoke all on function drop_capture_data_keys(date) from public;
