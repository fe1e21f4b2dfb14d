package io.portrgateway.admin.stats;

import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.springframework.jdbc.core.DataClassRowMapper;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Component;

/** What the whole installation consists of: its nodes and its database. Thread-safe. */
@Component
class Installation {

    private final JdbcClient database;

    Installation(JdbcClient database) {
        this.database = database;
    }

    /** A tunnel-server; {@code fresh} while it is seen in time. */
    record Node(
            String id,
            @Nullable String peerAddress,
            OffsetDateTime startedAt,
            OffsetDateTime seenAt,
            boolean fresh,
            long tunnelCount) {}

    record Totals(
            long users,
            long teams,
            long activeTunnels,
            String databaseVersion,
            long databaseBytes,
            String schemaVersion) {}

    List<Node> nodes() {
        return database.sql("""
                        select n.id, n.peer_address, n.started_at, n.seen_at,
                               n.seen_at > now() - interval '1 minute' as fresh,
                               (select count(*) from lease l where l.node = n.id and l.expires_at > now()) as tunnel_count
                        from node n order by n.id
                        """).query(new DataClassRowMapper<Node>(Node.class)).list();
    }

    Totals totals() {
        return database.sql("""
                        select (select count(*) from app_user) as users, (select count(*) from team) as teams,
                               (select count(*) from lease where node is not null and expires_at > now()) as active_tunnels,
                               current_setting('server_version') as database_version,
                               pg_database_size(current_database()) as database_bytes,
                               (select max(substring(version from '^[0-9]+')::integer)::text
                                from flyway_schema_history where success) as schema_version
                        """)
                .query(new DataClassRowMapper<Totals>(Totals.class))
                .single();
    }
}
