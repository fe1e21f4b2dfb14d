-- Sessions of the dashboard, in the columns that Spring Session expects. session_id is not what the cookie holds: that is
-- this id encrypted under PORTR_ADMIN_ENCRYPTION_KEY, so nobody becomes somebody else by reading this table. Times are
-- milliseconds since 1970; principal_name is the user's id as text, null before the sign-in.
create table web_session (
    primary_id            text primary key,
    session_id            text    not null,
    creation_time         bigint  not null,
    last_access_time      bigint  not null,
    max_inactive_interval integer not null,
    expiry_time           bigint  not null,
    principal_name        text,
    constraint web_session_id_unique unique (session_id)
);
create index web_session_expiry_index on web_session (expiry_time);
create index web_session_principal_index on web_session (principal_name);

create table web_session_attributes (
    session_primary_id text  not null references web_session on delete cascade,
    attribute_name     text  not null,
    attribute_bytes    bytea not null,
    primary key (session_primary_id, attribute_name)
);

alter table app_user add column password_changed_at timestamptz;

alter table api_token add constraint api_token_scopes_known check (scopes <@ array ['read', 'write', 'admin']);
