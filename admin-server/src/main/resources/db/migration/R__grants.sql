-- The contract between the two servers, as grants. The migration runs as the schema's owner; ${adminRole} and
-- ${tunnelRole} are what the servers log in as. A role that is the owner itself needs no grant.
do
$$
declare
    admin_role  text := '${adminRole}';
    tunnel_role text := '${tunnelRole}';
    wanted      text;
begin
    foreach wanted in array array [admin_role, tunnel_role] loop
        if not exists (select from pg_roles where rolname = wanted) then
            raise exception 'database role "%" does not exist: create it before the migration runs (see the README, section Database)', wanted;
        end if;
        execute format('grant usage on schema %I to %I', current_schema(), wanted);
    end loop;

    -- admin-server: everything it owns by the architecture, and reading the rest
    execute format('grant select on all tables in schema %I to %I', current_schema(), admin_role);
    execute format('grant insert, update, delete on app_user, github_account, team, membership, ssh_public_key,'
        ' api_token, reserved_subdomain, tunnel_command, auto_signup_settings,'
        ' auto_signup_domain, auto_signup_github, sign_in_link, team_invitation to %I', admin_role);
    execute format('grant insert, update, delete on team_capture, tunnel_capture, replay, replay_batch to %I', admin_role);
    execute format('grant insert on capture_seal_key to %I', admin_role);
    execute format('grant insert, delete on collection, collection_item to %I', admin_role);
    execute format('grant update (source, request_count, stored_bytes) on collection to %I', admin_role);
    execute format('grant insert, delete on webhook_secret to %I', admin_role);
    execute format('grant insert, update, delete on share_link to %I', admin_role);
    execute format('grant execute on function exchange_disk_use() to %I', admin_role);
    execute format('grant insert, update, delete on web_session, web_session_attributes to %I', admin_role);
    -- what was done stays as it was written: events are added, and removed when their time is over
    execute format('grant insert, delete on audit_event to %I', admin_role);
    execute format('grant insert, delete on connection to %I', admin_role);
    execute format('grant update (updated_at) on connection to %I', admin_role);
    execute format('grant execute on function drop_exchange_partitions(date) to %I', admin_role);

    -- tunnel-server: never the plain or encrypted key, never a password
    execute format('grant select (id, email) on app_user to %I', tunnel_role);
    execute format('grant select (id, name, slug) on team to %I', tunnel_role);
    execute format('grant select (id, user_id, team_id, role, secret_key_hash, key_version) on membership to %I', tunnel_role);
    execute format('grant select (id, user_id, key_type, key_blob, fingerprint, last_used_at), update (last_used_at) on ssh_public_key to %I', tunnel_role);
    execute format('grant select on reserved_subdomain, connection, tunnel_command, flyway_schema_history to %I', tunnel_role);
    execute format('grant insert on connection to %I', tunnel_role);
    execute format('grant update (status, port, client_address, close_reason, last_error, last_error_at, error_count,'
        ' last_request_at, client_software, node, session_count, request_count, to_visitor_bytes, to_upstream_bytes, updated_at, started_at, closed_at) on connection to %I', tunnel_role);
    execute format('grant select, insert, update, delete on lease, node, traffic to %I', tunnel_role);
    execute format('grant select, insert on exchange, exchange_body, exchange_frame to %I', tunnel_role);
    -- the row of a stream that is still open is completed at its end
    execute format('grant update (seq, outcome, status, request_trailers, response_trailers, request_bytes,'
        ' response_bytes, request_micros, first_byte_micros, duration_micros, frame_count, words, sealed_by, sealed_heads) on exchange to %I', tunnel_role);
    execute format('grant select, insert, update on capture_usage to %I', tunnel_role);
    -- what it encrypts for admin-server it cannot read: it never sees a private key, nor its own wrapped keys again
    execute format('grant select (id, public_key) on capture_seal_key to %I', tunnel_role);
    execute format('grant insert on capture_data_key to %I', tunnel_role);
    execute format('grant execute on function drop_capture_data_keys(date) to %I', tunnel_role);
    execute format('grant select on team_capture, tunnel_capture, replay to %I', tunnel_role);
    execute format('grant select (id, per_second) on replay_batch to %I', tunnel_role);
    execute format('grant update (state, failure, exchange_id, exchange_started_at, status, started_at, finished_at, node)'
        ' on replay to %I', tunnel_role);
    execute format('grant execute on function exchange_disk_use() to %I', tunnel_role);
    execute format('grant usage on sequence exchange_seq, lease_epoch_seq to %I', tunnel_role);
    execute format('grant execute on function ensure_exchange_partitions(integer) to %I', tunnel_role);
    execute format('grant execute on function drop_exchange_partitions(date) to %I', tunnel_role);
end
$$;
