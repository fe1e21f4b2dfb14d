-- What the connections page shows beyond V1. Written by tunnel-server.
alter table connection
    -- requests and TCP connections that failed on the way to the service, and the newest such failure (last_error says which)
    add column error_count     bigint not null default 0,
    add column last_error_at   timestamptz,
    add column last_request_at timestamptz,
    -- how the SSH client calls itself, such as OpenSSH_10.0
    add column client_software text,
    -- the tunnel-server that serves it, or did last
    add column node            text;

-- Sorting past connections by use. Live ones change all the time and are few: they stay out, so that their counters are
-- written in place.
create index connection_closed_requests_index on connection (team_id, request_count desc, id desc) where status = 'closed';
create index connection_closed_traffic_index
    on connection (team_id, (to_visitor_bytes + to_upstream_bytes) desc, id desc) where status = 'closed';
-- retention, and the history of one name
create index connection_closed_at_index on connection (closed_at) where status = 'closed';
create index connection_subdomain_index on connection (team_id, subdomain, created_at desc, id desc) where type = 'http';
create index connection_port_index on connection (team_id, port, created_at desc, id desc) where type = 'tcp';

-- A client that was disconnected reconnects by itself. Until then the same name (or, with a membership, anything of it) is
-- refused, so that the client gives up. Null: not held.
alter table tunnel_command add column hold_until timestamptz;
create index tunnel_command_hold_index on tunnel_command (hold_until) where hold_until is not null;
